"""JSON that must be parsed whole, without letting a small file become a large heap."""

from __future__ import annotations

from typing import Any

import orjson

from streamkit.errors import UnreadableInput

# What a value costs when it is parsed, at most: `{}` is 64 bytes of heap for two of text. Counted before parsing.
_VALUE_COSTS = 72
_MOST_HEAP = 128 << 20


def parse(data: bytes, path: str) -> Any:
    """The value of a JSON document. Raises UnreadableInput for what is no JSON or would need too much memory."""
    values = data.count(b",") + data.count(b"{") + data.count(b"[") + data.count(b":")
    if len(data) + values * _VALUE_COSTS > _MOST_HEAP:
        raise UnreadableInput(path, "a JSON document too large to be read whole", remedy="split it")
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise UnreadableInput(path, f"no valid JSON ({error.msg})", line=error.lineno) from None
