"""Every real stream is taken for the API that its collector named, and goes through everything without an exception."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streamkit.apis import assemble, interpret
from streamkit.formats import read
from streamkit.model.timeline import added, timeline

# What the collection calls an API, and what it is here. What it calls "other" is named by its detail.
NAMES = {
    "openai-chat": {"openai_chat"},
    "mistral": {"openai_chat"},
    "openai-completions": {"openai_completions", "openai_chat"},  # one server calls its chat chunks so
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


def test_every_real_stream(shared: Path) -> None:
    corpora = shared / "corpora"
    if not corpora.is_dir():
        pytest.skip("the folder of real streams is not here")
    seen = 0
    for row in map(json.loads, (corpora / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()):
        if row.get("kind") != "stream":
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
    assert seen >= 125
