from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit.wire import aws_eventstream, framing
from streamkit.wire.values import Event, Tail
from tests.wire.feeding import SHARED

HEADS = {
    "an event": (None, b"data: {}\n\n", "sse"),
    "an event after blank lines": (None, b"\r\n\n data\ndata: {}\n\n", "sse"),
    "a comment": (None, b": ping\n\n", "sse"),
    "a named event after a byte order mark": (None, b"\xef\xbb\xbfevent: x\n", "sse"),
    "objects": (None, b'{"a":1}\n{"b":2}\n', "ndjson"),
    "an object and an unfinished one": (None, b'{"a":1}\n{"b":', "ndjson"),
    "an array": (None, b'[{\n  "candidates": []', "json_document"),
    "an error printed over lines": ("application/json", b'{\n  "error": {\n    "code": 400\n', "json_document"),
    "an error whose object opens on the first line": (None, b'{"error": {\n "code": 400}}', "json_document"),
    "a message": (None, aws_eventstream.encode("chunk", b"{}"), "aws_eventstream"),
    "a page": ("text/html", b"<!doctype html>\n<html>", "sse"),
    "nothing": (None, b"", "sse"),
    "an event under the name of plain text": ("text/plain; charset=utf-8", b"data: {}\n\n", "sse"),
    "lines under the name of plain text": ("text/plain", b'{"a":1}\n', "ndjson"),
    "an event under the name of JSON": ("application/json", b"data: {}\n\n", "sse"),
    "lines with codes under the name of plain text": ("text/plain; charset=utf-8", b'0:"Hello"\n', "coded_lines"),
    "lines with codes under the name of events": ("text/event-stream", b'f:{"messageId":"m"}\n', "coded_lines"),
    "a content type is believed": ("Text/Event-Stream;charset=UTF-8", b'{"error":1}', "sse"),
    "a content type of lines": ("application/x-ndjson", b"", "ndjson"),
    "a content type of messages": ("application/vnd.amazon.eventstream", b"<html>", "aws_eventstream"),
}


@pytest.mark.parametrize(("content_type", "head", "expected"), HEADS.values(), ids=HEADS)
def test_choose(content_type: str | None, head: bytes, expected: str) -> None:
    assert framing.choose(content_type, head).name == expected


@pytest.mark.parametrize("body", [b'{"error":{"code":400}}', b'{"error":{"code":400}}\n'])
def test_one_object_on_one_line_is_one_event_either_way(body: bytes) -> None:
    assert framing.NDJSON.decode(body).data == framing.JSON.decode(body).data == [body.strip()]


@pytest.mark.parametrize(
    "which", [framing.SSE, framing.NDJSON, framing.AWS, framing.JSON], ids=lambda which: which.name
)
def test_html_is_not_read_as_json_events(which: framing.BodyFraming) -> None:
    page = b"<!doctype html>\n<html><body>502 Bad Gateway</body></html>\n"
    for payload in which.decode(page).data:
        with pytest.raises(json.JSONDecodeError):
            json.loads(payload)


MANIFEST = SHARED / "corpora" / "MANIFEST.jsonl"
NAMES = {"jsonl": "ndjson", "aws-eventstream": "aws_eventstream", "json": "json_document"}


def recorded() -> list[Any]:
    if not MANIFEST.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no recorded streams at {MANIFEST}"))]
    rows = [json.loads(line) for line in MANIFEST.read_bytes().splitlines()]
    return [pytest.param(row, id=row["file"]) for row in rows if row["kind"] == "stream"]


@pytest.mark.parametrize("row", recorded())
def test_recorded_stream(row: dict[str, Any]) -> None:
    body = (MANIFEST.parent / row["file"]).read_bytes()
    chosen = framing.choose(None, body[:512])
    assert chosen.name == NAMES.get(row["framing"], row["framing"])
    if row["content_type"]:
        # The two may differ if one line is one object; they then give the same items.
        named = framing.choose(row["content_type"], body[:512])
        assert named.decode(body).data == chosen.decode(body).data
    events = chosen.decode(body)
    # The manifest counts an event without its blank line; here it is the tail.
    tails = [aside.event for _, aside in events.asides if isinstance(aside, Tail)]
    assert len(events) + sum(isinstance(event, Event) for event in tails) == row["n_events"]
