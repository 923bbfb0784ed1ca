"""Streams recorded by others limit what lint may report as an error: those of the APIs' own servers have none.

Every remaining finding is a real deviation, listed here with its reason.
"""

from __future__ import annotations

import json
from pathlib import Path

from streamkit.apis import interpret
from streamkit.formats import read
from streamkit.rules import lint, selected

DIRECT = ("openai", "anthropic", "google")
# Files that say of themselves, or of their place, that they are no stream of that provider's own server.
NOT_DIRECT = {
    "openai__llm__test_tools_streaming_test_tools_streaming_variant_c.sse": "served by OpenRouter: ids begin with gen-",
    "openai__llm__test_tools_streaming_test_tools_streaming_variant_d.sse": "served by OpenRouter: ids begin with gen-",
    "openai__ai____fixtures___openai-shell-container.1.jsonl": "made by hand: its deltas give 29 of the 190 characters of "
    "the whole, and its ids count up (0f1a2b3c4d5e)",
    "openai__ruby-openai__cassettes_gpt-3_5-turbo_streamed_chat_with_json_error_response.json": "a made-up error body "
    '("Test error") and no stream',
    "anthropic__rig__streaming_gateway_message_delta_metadata.sse": "from a gateway, whose last event is a [DONE] named "
    "`data`: the SDK raises on it",
}
EXPLAINED = {
    "openai__langwatch__testdata_openai_responses_error_event.sse": {"RSP814"},  # it reports that the quota is exceeded
}
# Fixtures that somebody edited or wrote; what is found there is so in their bytes.
EDITED = {
    "google__vertexai-sdk-test-data__googleai_streaming-success-finish-message.sse": {"GEM902", "SSE103"},
    "anthropic__anthropic-sdk-python__fixtures_compaction_response.sse": {"ANT709", "SSE103"},
    "anthropic__anthropic-sdk-python__fixtures_fallback_response.sse": {"ANT709", "SSE103"},
    "openai__opentelemetry-js-contrib__mock-responses_openai-streaming-responses-adds-genai-conventions.sse": {
        "RSP810"
    },
}
AS_RECORDED = ("recorded", "normalized")


def errors(path: Path) -> set[str]:
    """The codes of the error findings of every stream in a file."""
    streams = [interpret(exchange, judge=True) for exchange in read(str(path))]
    return {f.code for stream in streams for f in lint(stream, selected()) if f.severity == "error"}


def judged(shared: Path, *, recorded: bool) -> dict[str, set[str]]:
    """The errors of each stream of the APIs' own servers: of those that are as they were recorded, or of the others."""
    manifest = (shared / "corpora" / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()
    paths = [
        shared / "corpora" / entry["file"]
        for entry in map(json.loads, manifest)
        if entry.get("provider") in DIRECT
        and entry["kind"] == "stream"
        and (entry["authenticity"] in AS_RECORDED) == recorded
    ]
    return {path.name: errors(path) for path in paths if path.name not in NOT_DIRECT}


def test_streams_from_the_official_apis_have_no_errors(shared: Path) -> None:
    found = judged(shared, recorded=True)
    left = {name: codes for name, codes in found.items() if codes}
    assert left == EXPLAINED
    assert len(left) <= 0.02 * len(found), len(found)


def test_findings_in_edited_fixtures_are_known(shared: Path) -> None:
    assert {name: codes for name, codes in judged(shared, recorded=False).items() if codes} == EDITED
