"""Tagged netstrings, in which mitmproxy keeps flows: `<length>:<payload><tag>`, values inside values."""

from __future__ import annotations

from typing import Any

_DEPTH = 32
_MOST_VALUES = 100_000
LONGEST_LENGTH = 10  # digits


class TornValueError(ValueError):
    """The bytes are not a value, or end in the middle of one."""


def loads(data: bytes) -> Any:
    """Return the value that `data` begins with. Text is `str`, bytes are `bytes`. Raises TornValueError."""
    return _Reader().value(data, 0, len(data), 0)[0]


class _Reader:
    def __init__(self) -> None:
        self._values = 0

    def value(self, data: bytes, at: int, limit: int, depth: int) -> tuple[Any, int]:
        """Return the value at `at` and the place after it."""
        self._values += 1
        if depth > _DEPTH or self._values > _MOST_VALUES:
            raise TornValueError("nested too deeply or of too many parts")
        colon = data.find(b":", at, min(at + LONGEST_LENGTH + 1, limit))
        length = data[at:colon] if colon > at else b""
        if not length.isdigit():
            raise TornValueError(f"no length at byte {at}")
        start = colon + 1
        end = start + int(length)
        if end >= limit:
            raise TornValueError(f"the value at byte {at} ends in the middle")
        return self._tagged(data, start, end, data[end : end + 1], depth), end + 1

    def _tagged(self, data: bytes, start: int, end: int, tag: bytes, depth: int) -> Any:
        if tag == b"}":
            return self._mapping(data, start, end, depth)
        if tag == b"]":
            elements = []
            while start < end:
                element, start = self.value(data, start, end, depth + 1)
                elements.append(element)
            return elements
        payload = data[start:end]
        try:
            return _scalar(payload, tag)
        except (ValueError, OverflowError):
            raise TornValueError(f"invalid value at byte {start}") from None

    def _mapping(self, data: bytes, start: int, end: int, depth: int) -> dict[Any, Any]:
        mapping = {}
        while start < end:
            key, start = self.value(data, start, end, depth + 1)
            value, start = self.value(data, start, end, depth + 1)
            # Older versions of mitmproxy wrote keys as bytes.
            key = key.decode("utf-8", "replace") if isinstance(key, bytes) else key
            if isinstance(key, str):
                mapping[key] = value
        return mapping


def _scalar(payload: bytes, tag: bytes) -> Any:
    if tag == b",":
        return payload
    if tag == b";":
        return payload.decode("utf-8", "replace")
    if tag == b"#":
        return int(payload)
    if tag == b"^":
        return float(payload)
    if tag == b"!":
        return payload == b"true"
    if tag == b"~":
        return None
    raise ValueError(tag)
