"""Streams recorded by others are the measure of what lint may call an error: those of the APIs' own servers are clean.

What is left is a real deviation, and stands here with its reason.
"""

from __future__ import annotations

import json
from pathlib import Path

from streamkit.apis._api import interpret
from streamkit.errors import UnreadableInput
from streamkit.formats._format import read
from streamkit.rules._rule import lint
from streamkit.rules._select import selected

DIRECT = ("openai", "anthropic", "google")
# Files that say of themselves, or of their place, that they are no recording of that provider's own server.
NOT_DIRECT = {
    "openai__llm__test_tools_streaming_test_tools_streaming_variant_c.sse": "served by OpenRouter: ids begin with gen-",
    "openai__llm__test_tools_streaming_test_tools_streaming_variant_d.sse": "served by OpenRouter: ids begin with gen-",
}
EXPLAINED = {
    "openai__ai____fixtures___openai-shell-container.1.jsonl": "deltas were cut by hand: they give 29 of 190 characters",
    "openai__langwatch__testdata_openai_responses_error_event.sse": "the stream reports that the quota is exceeded",
    "openai__ruby-openai__cassettes_gpt-3_5-turbo_streamed_chat_with_json_error_response.json": "an error, no stream",
}


def test_streams_of_the_apis_own_servers_have_no_errors(shared: Path) -> None:
    rules = selected()
    manifest = (shared / "corpora" / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()
    clean, left = 0, {}
    for entry in map(json.loads, manifest):
        path = shared / "corpora" / entry["file"]
        if entry.get("provider") not in DIRECT or entry.get("kind") != "stream" or path.name in NOT_DIRECT:
            continue
        if entry["authenticity"] != "recorded":
            continue
        try:
            streams = [interpret(exchange, judge=True) for exchange in read(str(path))]
        except UnreadableInput:
            continue
        errors = {f.code for stream in streams for f in lint(stream, rules) if f.severity == "error"}
        if errors:
            left[path.name] = errors
        else:
            clean += 1
    assert left.keys() <= EXPLAINED.keys(), left
    assert clean >= 40
