"""Finds the JSON string values in a body as it arrives, each with a name under which its texts are put together.

No parser of events or documents: a tolerant scan over bytes that knows strings, brackets, keys and numbers, so that it
works the same on an event stream, on a JSON document a line and on one JSON document, cut anywhere and malformed or not.
A raw line feed lies in no valid JSON string, so the scan finds its feet again at every line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

_TOKEN = re.compile(
    rb'"(?P<string>[^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*)(?:"(?P<key>\s*:)|(?P<close>"|\\?\Z))?|(?P<mark>[{}\[\],])|(?P<blank>\n\r?\n)|(?P<number>[0-9]+)'
)
_REST_OF_STRING = re.compile(rb'([^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*)("|\\?\Z)?')

# Fields that say the same or something of their own in every chunk: their texts are never put together.
WHOLE_FIELDS = frozenset(
    b"id object model type role event name status system_fingerprint service_tier item_id response_id call_id provider"
    b" finish_reason native_finish_reason stop_reason finishReason obfuscation signature responseId modelVersion"
    b" created_at done_reason p tool_use_id tool_id tool_call_id file_id container_id message_id request_id"
    b" previous_response_id conversation_id thread_id run_id assistant_id trace_id safety_identifier encrypted_index"
    b" page_age".split()
)

_BLANK_LINES = (b"\n\n", b"\n\r\n")
_BRACKET = re.compile(rb"[{}\[\]]")

Channel = tuple[object, ...]


@dataclass(slots=True)
class _Container:
    """An object or array. `indices` are its numbers that tell parallel texts apart (`index`, …)."""

    key: bytes
    is_object: bool
    parent: _Container | None
    awaits_key: bool = True
    last_key: bytes = b""
    closed: bool = False
    indices: list[tuple[bytes, bytes]] = field(default_factory=list)


_OUTSIDE = _Container(b"", False, None)


class Piece(NamedTuple):
    """A string value, or what has arrived of it: its bytes as they stand (escaped), and its place in the body."""

    raw: bytes
    start: int
    leaf: bytes
    container: _Container

    @property
    def channel(self) -> Channel:
        """Under which its text is put together: the keys that lead to it, and the indices beside them that are known."""
        name: list[object] = [self.leaf]
        place: _Container | None = self.container
        while place is not None:
            name.append(place.key)
            name += sorted(place.indices)
            place = place.parent
        return tuple(name)

    @property
    def settled(self) -> bool:
        """Whether the channel is known for good: an index may stand behind the text that it belongs to."""
        place: _Container | None = self.container
        open_objects = False
        while place is not None:
            open_objects |= place.is_object and not place.closed
            place = place.parent
        return not open_objects


def bare(channel: Channel) -> Channel:
    """The keys alone of a channel."""
    return tuple(part for part in channel if isinstance(part, bytes))


def _one_text(line: bytes) -> bool:
    """Whether this is one whole JSON text, as lines of JSON are."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


class Scanner:
    """Feed it the body in order; it gives the string values that these bytes hold or go on with."""

    __slots__ = ("_escaped", "_key", "_line_ended", "_named", "_open", "_top")

    def __init__(self) -> None:
        self._top = _OUTSIDE
        self._open: tuple[bytes, _Container] | None = None  # where a string belongs that the last bytes did not end
        self._key: bytes | None = None  # what there is of a key that the last bytes did not end
        self._named: bytes | None = None  # the key whose value comes next
        self._line_ended = True  # whether those bytes ended with a line feed
        self._escaped = False  # whether those bytes ended with the backslash of an escape

    @property
    def inside_string(self) -> bool:
        """Whether the bytes so far end inside a string."""
        return self._open is not None or self._key is not None

    @property
    def between_values(self) -> bool:
        """Whether the bytes so far end with a line, and in the midst of no string and no key's value."""
        return self._line_ended and self._named is None and not self.inside_string

    def skip(self, data: bytes) -> bool:
        """Go past bytes without reading them, where that comes to the same; False where it may not, and they are to be fed.

        They begin between values and end with a line feed.
        """
        if data.endswith(_BLANK_LINES):
            self._leave()
            return True
        return self._top is _OUTSIDE and (not _BRACKET.search(data) or _one_text(data))

    def feed(self, data: bytes, base: int) -> list[Piece]:
        """The pieces in these bytes, which start at offset `base` of the body. Keys are not given."""
        pieces: list[Piece] = []
        self._line_ended = data.endswith(b"\n")
        position = self._go_on(data, base, pieces) if self.inside_string else 0
        for token in _TOKEN.finditer(data, position):
            kind = token.lastgroup
            if kind == "mark":
                self._mark(token.group())
            elif kind == "close":
                self._string(token, base, pieces, data[token.end() : token.end() + 1])
            elif kind == "key":
                self._named = token.group("string")
                if self._top.is_object:
                    self._top.last_key = self._named
                    self._top.awaits_key = False
                continue
            elif kind == "number":
                top = self._top
                if top.is_object and top.last_key[-5:].lower() == b"index":
                    top.indices.append((top.last_key, token.group()))
            elif kind == "blank":
                self._leave()
            self._named = None
        return pieces

    def _go_on(self, data: bytes, base: int, pieces: list[Piece]) -> int:
        """The rest of a string that an earlier call left open; the position after it."""
        match = _REST_OF_STRING.match(data, 1 if self._escaped and data else 0)
        assert match is not None
        close = match.group(2)
        rest = data[: match.end()] if close == b"\\" else data[: match.end(1)]
        if self._open is not None:
            pieces.append(Piece(rest, base, *self._open))
        elif self._key is not None:
            self._key += rest
        if data:
            self._escaped = close == b"\\"
        if close is None or close == b'"':
            if self._key is not None:
                self._top.last_key = self._key
                self._top.awaits_key = False
            self._open = self._key = None
        return match.end()

    def _string(self, token: re.Match[bytes], base: int, pieces: list[Piece], after: bytes) -> None:
        """A string that no colon follows is a value, whatever holds it; at the very end a colon may still come.

        Where a letter follows, quotation marks are out of step, and what stands between these is no string.
        """
        if after.isalnum():
            return
        top = self._top
        close = token.group("close")
        raw = token.group("string") + (close if close == b"\\" else b"")
        whole = close == b'"'
        if not whole:
            self._escaped = close == b"\\"
        if top.is_object and top.awaits_key and not after:
            top.last_key = raw
            top.awaits_key = False
            if not whole:
                self._key = raw
            return
        key = self._named or (top.last_key if top.is_object else b"[]")
        pieces.append(Piece(raw, base + token.start("string"), key, top))
        if not whole:
            self._open = (key, top)

    def _mark(self, mark: bytes) -> None:
        top = self._top
        if mark == b"{" or mark == b"[":
            self._top = _Container(top.last_key if top.is_object else b"[]", mark == b"{", top)
        elif mark == b",":
            top.awaits_key = True
        elif top.parent is not None:
            top.closed = True
            self._top = top.parent

    def _leave(self) -> None:
        """Out of everything that is open: what was never closed never will be."""
        top = self._top
        while top.parent is not None:
            top.closed = True
            top = top.parent
        self._top = _OUTSIDE
