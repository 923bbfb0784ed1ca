"""The excerpt of a finding: the payload of its event, shortened around the value at its JSON path."""

from __future__ import annotations

import json

from streamkit.model.stream import Stream
from streamkit.patterns import pattern

WIDTH = 160
"""Maximum characters of a payload in an excerpt."""

_DECODER = json.JSONDecoder()
_STEP = pattern(r"\.([^.\[]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]")
_SPACE = pattern(r"[ \t\r\n]*")

CharRange = tuple[int, int]


def excerpt_of(stream: Stream, chunk: int | None, event: int | None, path: str | None) -> tuple[str, CharRange | None]:
    """Return the text of a finding's event, and the span of the value at `path` if it can be located.

    Without a path, the span is the character at which decoding the data stopped.
    """
    if chunk is not None:
        event = stream.chunk_events[chunk]
    if event is None or event >= len(stream.events.data):
        return "", None
    text = stream.events.data[event].decode("utf-8", "replace")
    if not path:
        return text, _stop(stream, event, text)
    span = json_span(text, path)
    if chunk is not None and path.startswith(("$.data.", "$.data[")) and "data" in stream.chunks[chunk]:
        # Of some APIs a chunk is the name of an event and its data, so that a path may begin outside the payload.
        span = span if _has_member(text, "data") else json_span(text, "$" + path.removeprefix("$.data"))
    return text, span


def _stop(stream: Stream, event: int, text: str) -> CharRange | None:
    """Return the character at which decoding the data of an event stopped, or None."""
    broken = next((broken for broken in stream.broken if broken.event == event), None)
    if broken is None or broken.column is None:
        return None
    column = broken.column
    if broken.kind == "invalid-utf8":  # the column is in bytes
        column = len(stream.events.data[event][:column].decode("utf-8", "replace"))
    column = min(column, max(len(text) - 1, 0))
    return column, column + 1


def marked(text: str, span: CharRange | None) -> tuple[str, CharRange | None]:
    """Shorten `text` to at most `WIDTH` characters around `span`, with `…` for omitted text; return it and the new span."""
    if len(text) <= WIDTH:
        return text, span
    start = 0 if span is None else max(0, min(span[0] - WIDTH // 2, len(text) - WIDTH))
    shown = text[start : start + WIDTH]
    shown = ("…" if start else "") + shown + ("…" if start + WIDTH < len(text) else "")
    if span is None:
        return shown, None
    shift = start - 1 if start else 0
    return shown, (span[0] - shift, max(span[0] - shift + 1, min(span[1] - shift, len(shown))))


def json_span(text: str, path: str) -> CharRange | None:
    """Return the span of the value at a JSON path in a JSON text.

    For a missing field, it is the start of the nearest enclosing object or array. Return None if the text cannot be parsed.
    """
    position = _SPACE.match(text, 0).end()  # type: ignore[union-attr]
    try:
        if path == "$":
            return None
        for name, index, quoted in _STEP.findall(path):
            inside = _member(text, position, name or quoted) if not index else _element(text, position, int(index))
            if inside is None:
                return position, position + 1
            position = inside
        return position, _DECODER.raw_decode(text, position)[1]
    except (ValueError, IndexError, RecursionError):
        return None


def _has_member(text: str, name: str) -> bool:
    try:
        return _member(text, _skip(text, 0), name) is not None
    except (ValueError, IndexError, RecursionError):
        return False


def _member(text: str, index: int, wanted: str) -> int | None:
    """Return the start of a member's value; of duplicate members the last, as parsers do."""
    if text[index] != "{":
        return None
    found = None
    index = _skip(text, index + 1)
    while text[index] != "}":
        name, index = _DECODER.raw_decode(text, index)
        index = _skip(text, _skip(text, index) + 1)
        if name == wanted:
            found = index
        index = _next(text, index)
    return found


def _element(text: str, index: int, wanted: int) -> int | None:
    if text[index] != "[":
        return None
    index = _skip(text, index + 1)
    for _ in range(wanted):
        if text[index] == "]":
            return None
        index = _next(text, index)
    return None if text[index] == "]" else index


def _next(text: str, index: int) -> int:
    """Return the position after the value at `index` and after the comma that follows it, if any."""
    index = _skip(text, _DECODER.raw_decode(text, index)[1])
    return _skip(text, index + 1) if text[index] == "," else index


def _skip(text: str, index: int) -> int:
    return _SPACE.match(text, index).end()  # type: ignore[union-attr]


def shown_text(data: bytes) -> str:
    """Decode bytes for an excerpt, replacing invalid UTF-8."""
    return data.decode("utf-8", "replace")
