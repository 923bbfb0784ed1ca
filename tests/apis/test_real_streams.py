"""Every real stream is recognised as the API that its collector named, and is processed without an exception."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from streamkit.apis import assemble, interpret
from streamkit.formats import read
from streamkit.model.exchange import Request
from streamkit.model.timeline import added, timeline
from streamkit.rules import lint, selected

# The collection's names for APIs, and ours. What it calls "other" is named by its detail.
NAMES = {
    "openai-chat": {"openai_chat"},
    "mistral": {"openai_chat"},
    "openai-completions": {"openai_completions", "openai_chat"},  # one server labels its chat chunks like this
    "openai-responses": {"openai_responses"},
    "anthropic-messages": {"anthropic_messages"},
    "gemini": {"gemini"},
    "ollama-ndjson": {"ollama"},
    "cohere": {"cohere"},
    "bedrock": {"bedrock_converse", "bedrock_invoke"},
    "openai-assistants": {"openai_assistants"},
    "gemini-interactions": {"gemini_interactions"},
    "hf-tgi": {"tgi"},
    "other": {"unknown"},
}
# One data line without a blank line: clients receive no event.
UNFRAMED = {"streams/azure__semantic-kernel__TestData_chat_completion_with_data_streaming_test_response.sse"}
MORE = {
    "anthropic__openinference__test_instrumentor_test_anthropic_instrumentation_completions_streaming.sse": "anthropic_completions",
    "avian__fantasy__avian-kimi_thinking-streaming.sse": "openai_chat/avian",
    "bedrock__llm-tracekit__cassettes_test_invoke_agent_no_content.eventstream": "bedrock_agent",
    "bedrock__pydantic-ai__test_bedrock_mantle_test_reused_tool_call_ids-stream.sse": "openai_responses",
    "cerebras__req_llm-sgs__qwen_3_235b_a22b_instruct_2507_object_streaming.sse": "openai_chat/cerebras",
    "cloudflare__chatlas__test_provider_cloudflare_test_cloudflare_simple_request.sse": "openai_chat/cloudflare-chat",
    "google__langchaingo__testdata_TestGoogleAIGenerateContentWithMultipleMessages.json": "gemini",
    "google__openinference__test_interactions_instrumentation_test_interactions_with_thinking_stream.sse": "gemini_interactions",
    "groq__req_llm__llama_3_1_8b_instant_streaming.sse": "openai_chat/groq",
    "openai__ruby_llm__vcr_cassettes_transcription_basic_functional~xt_deltas_and_returns_the_final_transcription.sse": (
        "openai_transcription"
    ),
    "vercel-gateway__fantasy__claude-sonnet-4_multi_tool_streaming.sse": "openai_chat/vercel-gateway",
    "vertex__openinference__test_instrumentor_test_gemini_token_counts_streaming.json": "gemini/vertex",
    "writer__openllmetry__test_chat_test_writer_async_streaming_chat_legacy.sse": "openai_chat/writer-chat",
    "writer__openllmetry__test_completions_test_writer_async_streaming_completions_legacy.sse": "writer_completions",
}
"""The streams of the second folder, each with its API and, where it has one, its dialect."""


def test_every_real_stream(shared: Path) -> None:
    corpora = shared / "corpora"
    if not corpora.is_dir():
        pytest.skip("the folder of real streams is not here")
    seen = 0
    for row in map(json.loads, (corpora / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()):
        if row.get("kind") != "stream":
            continue
        if row["file"] in UNFRAMED:
            continue
        wanted = NAMES[row["api_detail"] if row["api"] == "other" and row["api_detail"] in NAMES else row["api"]]
        for exchange in read(str(corpora / row["file"])):
            stream = interpret(exchange, judge=True)
            assert stream.api in wanted, (row["file"], stream.api, stream.detected)
            assembler = assemble(stream)
            assert isinstance(assembler.object, dict)
            assert assembler.message.messages or stream.verdict in ("not-a-stream", "error"), row["file"]
            for moment in timeline(stream):
                added(stream, moment)
            seen += 1
    assert seen >= 124


@pytest.mark.parametrize("name", MORE)
def test_streams_of_the_second_folder_are_recognised_and_complete(name: str, shared: Path) -> None:
    folder = shared / "corpora-2"
    if not folder.is_dir():
        pytest.skip("the second folder of real streams is not here")
    rows = map(json.loads, (folder / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines())
    [row] = [row for row in rows if row["file"] == f"streams/{name}"]
    [exchange] = read(str(folder / row["file"]))
    request = Request("POST", row["url"]) if name.startswith("avian") else None
    stream = interpret(replace(exchange, request=request), judge=True)
    assert "/".join(filter(None, (stream.api, stream.dialect))) == MORE[name]
    assert stream.verdict == "complete"
    assert assemble(stream).message.messages
    assert not [found.code for found in lint(stream, selected()) if found.severity == "error"]
