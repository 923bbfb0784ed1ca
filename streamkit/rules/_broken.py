"""The most likely cause of event data that is not a JSON object. Each such event is reported by exactly one rule."""

from __future__ import annotations

import re

import orjson

from streamkit.model.stream import Broken, Stream
from streamkit.patterns import pattern

_SENTINEL = pattern(rb"""\A["'\[\s]*done["'\]\s.!]*\Z""", re.IGNORECASE)
_SURROGATE = pattern(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]")


def cause(stream: Stream, broken: Broken) -> str:
    """Return the name of the rule that reports a broken event: the first condition that holds. "" if the event is allowed."""
    data = stream.events.data[broken.event]
    if broken.kind == "empty":
        ids = stream.events.ids
        # A server of MCP begins with an ID and no data, so that the client can resume from there.
        primes = stream.api == "mcp" and ids is not None and bool(ids[broken.event])
        return "" if primes else "empty-data"
    if broken.kind == "invalid-utf8":
        return "invalid-utf8"
    if broken.kind == "lenient-json":
        return "lone-surrogate" if _SURROGATE.search(data) else "non-finite-number"
    if _SENTINEL.match(data):
        return "bad-done-sentinel"
    if data.lstrip().startswith(b":"):
        return "comment-in-data"
    if broken.kind == "not-an-object":
        return "not-an-object"
    if is_fused(data):
        return "fused-frames"
    return "truncated-json" if broken.kind == "truncated-json" else "invalid-json"


def message(stream: Stream, broken: Broken) -> str:
    """Return the decoder's message with the column at which it stopped, or a message about fused events."""
    if cause(stream, broken) == "fused-frames":
        alone = len(stream.events) == 1
        remedy = (
            "; if it is a pasted log, read it with --input-format gist-log" if alone and stream.framing == "sse" else ""
        )
        return f"the data contains several events: a blank line between them is missing, or two writers shared a buffer{remedy}"
    column = f" at column {broken.column + 1} of the data" if broken.column is not None else ""
    size = f" ({len(stream.events.data[broken.event])} bytes)" if broken.kind == "truncated-json" else ""
    return f"{broken.message[:1].lower()}{broken.message[1:]}{column}{size}"


def is_fused(data: bytes) -> bool:
    """Return whether event data contains several events: `data:` within a payload, or several JSON texts in a row."""
    start = data.lstrip()
    if not start.startswith(b"{"):
        return False
    if re.search(rb"data: ?[{\[]", start):
        return True
    texts = [text for text in re.split(rb"\n|(?<=\})(?=\{)", start) if text.strip()]
    return len(texts) > 1 and all(map(_is_json, texts))


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return text == b"[DONE]"
    return True
