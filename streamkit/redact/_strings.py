"""Find the JSON string values in a body while it arrives, each with the channel in which its texts are joined.

This does not parse events or documents. It is a tolerant scan for strings, brackets, keys and numbers, so it works alike on an
event stream, on NDJSON and on a single JSON document, divided anywhere and malformed or not. A valid JSON string never
contains a raw line feed, so the scan recovers at every line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import NamedTuple

import orjson

from streamkit.frozen import dataclass

STRING = rb'[^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*'  # what is between the quotation marks of a string
_TOKEN = re.compile(
    rb'"(?P<string>[^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*)(?:"(?P<key>\s*:)|(?P<close>"|\\?\Z))?|(?P<mark>[{}\[\],])|(?P<blank>\n\r?\n)|(?P<number>[0-9]+)'
)
_REST_OF_STRING = re.compile(rb'([^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*)("|\\?\Z)?')

# Fields with an independent value in every chunk: their texts are never joined.
UNJOINED_FIELDS = frozenset(
    b"id object model type role event name status system_fingerprint service_tier item_id previous_item_id event_id response_id call_id"
    b" provider finish_reason native_finish_reason stop_reason finishReason obfuscation signature responseId modelVersion"
    b" created_at done_reason p tool_use_id tool_id tool_call_id file_id container_id message_id request_id"
    b" previous_response_id conversation_id thread_id run_id assistant_id trace_id safety_identifier encrypted_index"
    b" page_age".split()
)

_BLANK_LINES = (b"\n\n", b"\n\r\n")
_BRACKET = re.compile(rb"[{}\[\]]")

Channel = tuple[object, ...]


@dataclass(slots=True)
class _Container:
    """An object or array. `indices` holds its numeric members that distinguish parallel texts (`index`, …)."""

    key: bytes
    is_object: bool
    parent: _Container | None
    awaits_key: bool = True
    last_key: bytes = b""
    closed: bool = False
    indices: list[tuple[bytes, bytes]] = field(default_factory=list)


_OUTSIDE = _Container(b"", False, None)


class StringPiece(NamedTuple):
    """A string value or the part of it that has arrived: its bytes, still escaped, and its offset in the body."""

    raw: bytes
    start: int
    key: bytes
    container: _Container

    @property
    def channel(self) -> Channel:
        """The identity of the text that this piece extends: its key path, and the indices found next to it so far."""
        name: list[object] = [self.key]
        for key, indices in self.levels:
            name.append(key)
            name += sorted(indices)
        return tuple(name)

    @property
    def levels(self) -> Iterator[tuple[bytes, list[tuple[bytes, bytes]]]]:
        """The keys of the objects and arrays around this piece, the innermost first, and their indices found so far."""
        container: _Container | None = self.container
        while container is not None:
            yield container.key, container.indices
            container = container.parent

    @property
    def resolved(self) -> bool:
        """Whether the channel is final: an index may still follow the text in an object that is open."""
        container: _Container | None = self.container
        open_objects = False
        while container is not None:
            open_objects |= container.is_object and not container.closed
            container = container.parent
        return not open_objects


def keys_of(channel: Channel) -> Channel:
    """Return the keys of a channel, without the indices."""
    return tuple(part for part in channel if isinstance(part, bytes))


def one_text(line: bytes) -> bool:
    """Return whether this is one complete JSON text."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def ends_between_values(data: bytes) -> bool:
    """Return whether bytes that begin between values end so: with a line feed, or as a complete JSON object, which messages of
    WebSockets are.

    A closing brace is not enough, because it may be in a string.
    """
    return data.endswith(b"\n") or (data.endswith(b"}") and one_text(data))


class StringScanner:
    """Scan a body in order for the string values that each call's bytes contain or continue."""

    __slots__ = ("_ended", "_escaped", "_key", "_named", "_open", "_top")

    def __init__(self) -> None:
        self._top = _OUTSIDE
        self._open: tuple[bytes, _Container] | None = None  # the key and container of an unterminated string
        self._key: bytes | None = None  # the bytes so far of an unterminated key
        self._named: bytes | None = None  # the key whose value follows
        self._ended = True  # whether the last bytes ended with a line feed or a complete JSON text
        self._escaped = False  # whether the last bytes ended with the backslash of an escape

    @property
    def inside_string(self) -> bool:
        """Whether the bytes so far end inside a string."""
        return self._open is not None or self._key is not None

    @property
    def between_values(self) -> bool:
        """Whether the bytes so far end with a line feed or a JSON text, outside any string and not between a key and its value."""
        return self._ended and self._named is None and not self.inside_string

    @property
    def at_rest(self) -> bool:
        """Whether the bytes so far end with a line feed or a JSON text, outside any string, object or array."""
        return self.between_values and self._top is _OUTSIDE

    def skip(self, data: bytes) -> bool:
        """Skip bytes without scanning them; return False if that could change the result, so that they have to be fed.

        The bytes have to begin and end between values.
        """
        if data.endswith(_BLANK_LINES):
            self._reset()
            return True
        return self._top is _OUTSIDE and (not _BRACKET.search(data) or one_text(data))

    def feed(self, data: bytes, base: int) -> list[StringPiece]:
        """Return the string pieces in these bytes, which start at offset `base` of the body. Keys are left out."""
        pieces: list[StringPiece] = []
        self._ended = ends_between_values(data) if self.between_values else data.endswith(b"\n")
        position = self._continue_string(data, base, pieces) if self.inside_string else 0
        for token in _TOKEN.finditer(data, position):
            kind = token.lastgroup
            if kind == "mark":
                self._bracket(token.group())
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
                self._reset()
            self._named = None
        return pieces

    def _continue_string(self, data: bytes, base: int, pieces: list[StringPiece]) -> int:
        """Read the rest of a string that an earlier call left open; return the position after it."""
        match = _REST_OF_STRING.match(data, 1 if self._escaped and data else 0)
        assert match is not None
        close = match.group(2)
        rest = data[: match.end()] if close == b"\\" else data[: match.end(1)]
        if self._open is not None:
            pieces.append(StringPiece(rest, base, *self._open))
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

    def _string(self, token: re.Match[bytes], base: int, pieces: list[StringPiece], after: bytes) -> None:
        """Handle a string without a colon after it: a value, unless it ends the bytes and could still be a key.

        If a letter follows, the quotation marks are out of step and the text between these is not a string.
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
        pieces.append(StringPiece(raw, base + token.start("string"), key, top))
        if not whole:
            self._open = (key, top)

    def _bracket(self, mark: bytes) -> None:
        top = self._top
        if mark == b"{" or mark == b"[":
            self._top = _Container(top.last_key if top.is_object else b"[]", mark == b"{", top)
        elif mark == b",":
            top.awaits_key = True
        elif top.parent is not None:
            top.closed = True
            self._top = top.parent

    def _reset(self) -> None:
        """Close all open containers: whatever is open at a blank line is never closed."""
        top = self._top
        while top.parent is not None:
            top.closed = True
            top = top.parent
        self._top = _OUTSIDE
