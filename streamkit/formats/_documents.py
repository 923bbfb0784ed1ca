"""Parses whole JSON documents, with a limit on the memory they take."""

from __future__ import annotations

from typing import Any

import orjson

from streamkit.errors import UnreadableInput

# The maximum memory of a parsed value: `{}` is 64 bytes of heap for two bytes of text. Counted before parsing.
_VALUE_COSTS = 72
_MOST_HEAP = 128 << 20


# Texts below this size cannot need too much memory, so their values are not counted.
_SMALL = 1 << 20


def affordable(data: bytes) -> bool:
    """Return whether parsing this JSON text stays within the memory that one document may take."""
    if len(data) < _SMALL:
        return True
    values = data.count(b",") + data.count(b"{") + data.count(b"[") + data.count(b":")
    return len(data) + values * _VALUE_COSTS <= _MOST_HEAP


def loads(data: bytes) -> Any:
    """Return the value of a JSON text; None if it is not JSON or would need too much memory."""
    try:
        return orjson.loads(data) if affordable(data) else None
    except orjson.JSONDecodeError:
        return None


def parse_object(data: bytes) -> dict[str, Any] | None:
    """Return the value of a JSON text if it is an object, or None."""
    value = loads(data)
    return value if isinstance(value, dict) else None


def parse_document(data: bytes, path: str) -> Any:
    """Return the value of a JSON document. Raises UnreadableInput if it is not JSON or would need too much memory."""
    if not affordable(data):
        raise UnreadableInput(path, "a JSON document too large to be read whole", remedy="split it")
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise UnreadableInput(path, f"invalid JSON ({error.msg})", line=error.lineno) from None
