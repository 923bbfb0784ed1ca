"""GenAI-Perf 0.0.16, for chat and completions; it was succeeded by AIPerf.

Source: genai-perf 0.0.16 (`genai_perf/profile_data_parser/llm_profile_data_parser.py`, `_parse_requests`,
`_preprocess_response` and `_extract_text_output`; `genai_perf/utils.py`, lines 59-110), read in November 2026.

Parsing: perf_analyzer stores one text per read of the body (here: per frame). A text that does not start with `data: ` is
appended to the previous one, so events without the space, except for the first, are taken for fragments and fail the report.
Events of one read are split at `\\n\\n` and merged; with `\\r\\n` they are not split and are not valid JSON. A text that starts
with a comment or another field is dropped entirely.

A token is a read with content. TTFT is the first and the end (request latency) is the last. N is a tokenizer's count of the
content. Per token (inter-token latency) is (end − TTFT)/(N − 1), rounded to whole nanoseconds, if there are two such reads or
more. Gaps are used for its plots only. An additional number is the time to second token, measured from the first. A request
without content is dropped. If the parser raises an exception, the report of the whole run fails.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from streamkit.definitions import (
    Chat,
    ParsedEvent,
    ToolMetrics,
    definition,
    nothing,
    reads_of,
    tokenizer,
    usual_metrics,
)

_FIELDS = (":", "event:", "id:", "retry:")


@definition("GenAI-Perf", "0.0.16", reads={"openai_chat": reads_of, "openai_completions": reads_of}, bad_json="kept")
def compute(chat: Chat) -> ToolMetrics:
    """Return GenAI-Perf's numbers."""
    reads = ((line, _text_of(chat, line) if chat.as_wired else line.content) for line in chat.lines)
    tokens = [(line, text) for line, text in reads if text]
    if chat.trouble is not None:
        raise chat.trouble
    if not tokens:
        return nothing("no-content")
    lines = [line for line, _ in tokens]
    also: dict[str, float] = {}
    if len(tokens) > 1:
        also["time_to_second_token_ns"] = lines[1].at - lines[0].at
    metrics = usual_metrics(lines[0], lines[-1].at, tokenizer(chat, [text for _, text in tokens]), None, also)
    per_token = None if metrics.per_token is None else float(round(metrics.per_token))
    missing = {**metrics.missing, "gaps_ns": "not-defined"}
    if len(tokens) == 1:
        per_token, missing["per_token_ns"] = None, missing.get("per_token_ns", "one-token")
    return replace(metrics, per_token=per_token, missing=missing)


def _text_of(chat: Chat, line: ParsedEvent) -> str:
    """Return the text of one read: that of all its events, joined."""
    events = line.payload.strip().split("\n\n")
    for event in events:
        if event.startswith("event:") and "error" in event.lower():
            chat.fail("error-event", line, "event: error")
    if len(events) > 1:
        head = _parsed(chat, line, _without_prefix(events[0]))
        if not head.get("choices"):
            chat.fail("choices-empty", line, "no `choices`")
    return "".join(_text(chat, line, event) for event in events)


def _without_prefix(event: str) -> str:
    return event.removeprefix("data:").strip()


def _text(chat: Chat, line: ParsedEvent, event: str) -> str:
    payload = _without_prefix(event)
    if not event or event.startswith(_FIELDS) or payload == "[DONE]":
        return ""
    chunk = _parsed(chat, line, payload)
    choices = chunk.get("choices", [{}] if chat.api == "openai_chat" else None)
    if choices == []:
        chat.fail("choices-empty", line, "no `choices`")
    if not isinstance(choices, list) or not isinstance(choices[0], dict):
        chat.fail("unexpected-shape", line, "`choices` is not a list of objects")
    kind, choice = chunk.get("object"), choices[0]
    if not kind or (kind == "text_completion" and chat.api == "openai_completions"):
        return chat.text_of(line, choice.get("text"))
    if kind != "chat.completion.chunk" or chat.api != "openai_chat" or not isinstance(choice.get("delta"), dict):
        chat.fail("unexpected-shape", line, "an unknown `object`, or no `delta`")
    return chat.text_of(line, choice["delta"].get("content"))


def _parsed(chat: Chat, line: ParsedEvent, payload: str) -> dict[str, Any]:
    try:
        chunk = json.loads(payload)
    except (ValueError, RecursionError):
        chat.fail("not-json", line, "no JSON")
    if not isinstance(chunk, dict):
        chat.fail("unexpected-shape", line, "no object")
    return chunk
