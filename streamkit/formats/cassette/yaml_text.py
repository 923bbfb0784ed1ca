"""A cassette's YAML, read interaction by interaction from the parser's events.

Only text, bytes, lists and mappings are constructed, whatever the tags; depth, number and size are limited, and an alias is a
reference to its value, not a copy, so that YAML bombs have no effect.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from streamkit.errors import UnreadableInput
from streamkit.formats import LARGEST_BODY, Source

_DEPTH = 40
_MOST_VALUES = 200_000
_LISTS = ("interactions", "http_interactions")
_NULLS = ("", "~", "null", "Null", "NULL")


class _Pieces:
    """The source as a file object for the parser."""

    def __init__(self, source: Source) -> None:
        self._path = source.path
        self._pieces = source.pieces()
        self._kept = b""
        # How much was read since the last interaction: the parser holds a scalar completely before it reports it.
        self.pending = 0
        self._line = 1

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most as many as requested."""
        if not self._kept:
            self._kept = next(self._pieces, b"")
            self.pending += len(self._kept)
            if self.pending > LARGEST_BODY:
                message = f"an interaction larger than {LARGEST_BODY >> 20} MiB"
                raise UnreadableInput(self._path, message, line=self._line)
            self._line += self._kept.count(b"\n")
        given, self._kept = (self._kept, b"") if size < 0 else (self._kept[:size], self._kept[size:])
        return given


def interactions(source: Source) -> Iterator[tuple[Any, int]]:
    """Yield each interaction of a cassette with the line that it starts on. Raises UnreadableInput."""
    try:
        import yaml
    except ImportError:
        raise UnreadableInput(
            source.path, "a YAML cassette, which needs a library", remedy="pip install 'llm-streamkit[yaml]'"
        ) from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        pieces = _Pieces(source)
        for interaction in _Composer(source.path, yaml.parse(pieces, Loader=loader)).interactions():
            pieces.pending = 0
            yield interaction
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = getattr(error, "problem", None) or "it cannot be decoded"
        raise UnreadableInput(source.path, f"invalid YAML ({message})", line=mark.line + 1 if mark else None) from None
    except UnicodeDecodeError as error:
        raise UnreadableInput(source.path, f"invalid UTF-8 ({error.reason})") from None


class _Composer:
    """Puts values together from the parser's events."""

    def __init__(self, path: str, events: Iterator[Any]) -> None:
        self._path = path
        self._events = events
        self._anchors: dict[str, Any] = {}
        self._values = self._size = 0

    def interactions(self) -> Iterator[tuple[Any, int]]:
        """Yield each element of the list of interactions at the top of the document."""
        event = next(self._events)
        while self._is(event, "StreamStart") or self._is(event, "DocumentStart"):
            event = next(self._events)
        if not self._is(event, "MappingStart"):
            raise UnreadableInput(
                self._path, "not a cassette: expected a mapping at the top level", line=event.start_mark.line + 1
            )
        while not self._is(event := next(self._events), "MappingEnd"):
            key = self._value(event, 1)
            event = next(self._events)
            if key in _LISTS and self._is(event, "SequenceStart"):
                while not self._is(event := next(self._events), "SequenceEnd"):
                    self._values = self._size = 0
                    line = event.start_mark.line + 1
                    yield self._value(event, 2), line
            else:
                self._value(event, 1)

    @staticmethod
    def _is(event: Any, kind: str) -> bool:
        return type(event).__name__ == f"{kind}Event"

    def _value(self, event: Any, depth: int) -> Any:
        """Return the value that starts with this event."""
        self._values += 1
        line = event.start_mark.line + 1
        if depth > _DEPTH or self._values > _MOST_VALUES:
            raise UnreadableInput(self._path, "nested too deeply or too large for a cassette", line=line)
        if self._is(event, "Alias"):
            if event.anchor not in self._anchors:
                raise UnreadableInput(self._path, f"undefined alias: *{event.anchor}", line=line)
            return self._anchors[event.anchor]
        value = self._scalar(event, line) if self._is(event, "Scalar") else self._collection(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
            if len(self._anchors) > _MOST_VALUES:
                raise UnreadableInput(self._path, "too many anchors for a cassette", line=line)
        return value

    def _collection(self, event: Any, depth: int) -> Any:
        if self._is(event, "SequenceStart"):
            elements = []
            while not self._is(event := next(self._events), "SequenceEnd"):
                elements.append(self._value(event, depth + 1))
            return elements
        mapping: dict[Any, Any] = {}
        while not self._is(event := next(self._events), "MappingEnd"):
            key = self._value(event, depth + 1)
            mapping[key if isinstance(key, str) else None] = self._value(next(self._events), depth + 1)
        return mapping

    def _scalar(self, event: Any, line: int) -> Any:
        self._size += len(event.value)
        if self._size > LARGEST_BODY:
            raise UnreadableInput(self._path, f"an interaction larger than {LARGEST_BODY >> 20} MiB", line=line)
        if event.tag is not None and event.tag.endswith("binary"):
            try:
                return base64.b64decode(event.value, validate=False)
            except (binascii.Error, ValueError) as error:
                raise UnreadableInput(self._path, f"invalid base64 ({error})", line=line) from None
        if not event.style and event.implicit[0] and event.value in _NULLS:
            return None
        return event.value
