"""All real streams and pastes recorded by others, read with the counts that their manifest states.

Where we differ, the reason is given here.
"""

import json
from itertools import pairwise

import pytest

from streamkit.formats import read
from streamkit.wire.framing import choose

# The last event has no blank line after it: the standard discards it, and thus its end marker; the manifest counts it.
UNTERMINATED = {
    "streams/google__vertexai-sdk-test-data__googleai_streaming-success-finish-message.sse",
    "streams/anthropic__anthropic-sdk-python__fixtures_compaction_response.sse",
    "streams/anthropic__anthropic-sdk-python__fixtures_fallback_response.sse",
    "streams/azure__semantic-kernel__TestData_chat_completion_with_data_streaming_test_response.sse",
    "streams/azure__semantic-kernel__TestData_text_completion_streaming_test_response.sse",
    "streams/mistral__semantic-kernel__TestData_chat_completions_streaming_function_call_response.sse",
}
# Several streams one after another in one file of chunks: fifteen `message_start`.
SEVERAL = {"streams/anthropic__ai____fixtures___anthropic-programmatic-tool-calling.1.jsonl": 15}
# The manifest counts lines that contain `data:`: no bare documents, but one in the prose (openvino).
BARE = {
    "pasted/mistral_chat_stream_pretty.txt": 5,
    "pasted/openvino_chat.txt": 4,
    "pasted/ollama_midstream-error.txt": 6,
    "pasted/openapi_chat-chunks.txt": 3,
    "pasted/openapi_assistants-thread-run.txt": 15,
    "pasted/kong_cohere_llm-v1-chat.txt": 1,
    "pasted/kong_cohere_llm-v1-completions.txt": 1,
}


def rows(shared, kind):
    lines = (shared / "corpora" / "MANIFEST.jsonl").read_text().splitlines()
    return [row for row in map(json.loads, lines) if row["kind"] == kind]


def payloads(exchange):
    body = exchange.frames.body
    return choose(exchange.content_type, body[:4096]).decode(body).data


def test_every_stream_has_the_events_that_its_manifest_counts(shared):
    streams = rows(shared, "stream")
    assert len(streams) == 125
    for row in streams:
        exchanges = list(read(str(shared / "corpora" / row["file"])))
        found = [payload for exchange in exchanges for payload in payloads(exchange)]
        missing = row["file"] in UNTERMINATED
        assert len(found) == row["n_events"] - missing, row["file"]
        assert (b"[DONE]" in found) == (row["has_done"] and not missing), row["file"]
        assert len(exchanges) == SEVERAL.get(row["file"], 1), row["file"]
        text = b"".join(found)
        if row["has_usage"] and row["framing"] != "aws-eventstream":
            assert any(word in text for word in (b"usage", b"tokens", b"eval_count")), row["file"]


def test_every_stream_is_read_in_its_own_format(shared):
    forms = {
        "sse": {"event-stream", "gist-log"},
        "jsonl": {"chunks"},
        "ndjson": {"ndjson"},
        "json": {"json-document"},
        "aws-eventstream": {"aws-eventstream"},
    }
    for row in rows(shared, "stream"):
        [exchange, *_] = read(str(shared / "corpora" / row["file"]))
        assert exchange.imported.format in forms[row["framing"]], row["file"]


def test_a_body_is_kept_byte_for_byte(shared):
    for row in rows(shared, "stream"):
        path = shared / "corpora" / row["file"]
        [exchange, *_] = read(str(path))
        if exchange.imported.framed:
            assert exchange.frames.body == path.read_bytes(), row["file"]


def test_every_paste_is_read_with_all_chunks(shared):
    pastes = rows(shared, "pasted")
    assert len(pastes) == 30
    for row in pastes:
        exchanges = list(read(str(shared / "corpora" / row["file"])))
        frames = sum(len(exchange.frames) for exchange in exchanges)
        assert frames == BARE.get(row["file"], row["n_data_lines"]), row["file"]
        assert not any(repair.kind == "unusable" for exchange in exchanges for repair in exchange.imported.repairs), (
            row["file"]
        )


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("mistral_agents_streaming", [34]),
        ("openapi_chat-chunks", [8]),
        ("openapi_responses-sse", [24]),
        ("openapi_assistants-thread-run", [36]),
        ("openapi_assistants-tool-submit", [40]),
        ("higress_ai-statistics_en", []),
    ],
)
def test_dots_between_chunks_are_found_in_pastes(shared, name, lines):
    exchanges = list(read(str(shared / "corpora" / "pasted" / f"{name}.txt")))
    elided = [repair.line for one in exchanges for repair in one.imported.repairs if repair.kind == "elided"]
    assert elided == lines
    assert [one.imported.excerpt for one in exchanges] == [bool(lines)]


def test_lines_have_the_times_at_which_they_were_created(shared):
    [exchange] = read(str(shared / "corpora" / "timed" / "ollama_chat_42lines.ndjson"))
    assert exchange.clock == "log"
    at = exchange.frames.at
    assert at[0] == 0
    assert all(before < after for before, after in pairwise(at))
