"""Mask the texts of a stream letter by letter, so that they are unreadable but the stream still violates the rule."""

from __future__ import annotations

import json
import re
from typing import Any

VOCABULARY = frozenset(
    {
        "type",
        "object",
        "role",
        "finish_reason",
        "finishReason",
        "native_finish_reason",
        "stop_reason",
        "status",
        "blockReason",
        "done_reason",
    }
)
"""Fields whose values belong to the protocol and are kept."""

PAYLOAD = re.compile(rb"(?P<before>.*?(?:^|[\r\n])(?:data: ?)?)(?P<json>\{[^\r\n]*\})(?P<after>[\r\n]*)", re.DOTALL)
"""A piece whose last line is a JSON object, with or without `data:` before it."""

_TERM = re.compile(r"[A-Za-z0-9_.-]{0,48}")
_STRING = re.compile(r'("(?:[^"\\\r\n]|\\.)*")(\s*:\s*)?')
# What is kept: escapes and, outside strings, the names of fields and events, literals, numbers and `[DONE]`.
_INSIDE = re.compile(
    r"(?P<kept>\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\[^u])|(?P<letter>\\u[0-9a-fA-F]{4}|[^\W\d_])|(?P<digit>\d)"
)
_OUTSIDE = re.compile(
    r"(?P<kept>(?:^|(?<=[\r\n]))(?:event: ?[\w.-]{1,48}(?=[\r\n]|\Z)|(?:data|event|id|retry)(?=[:\r\n]))|\bdata(?=: ?[\[{])"
    r"|\b(?:true|false|null|NaN|Infinity)\b|(?<![\w.-])-?\d{1,6}(?:\.\d{1,6})?(?:[eE][+-]?\d{1,3})?(?![\w.-])|\[DONE\])"
    r"|(?P<letter>[^\W\d_])|(?P<lead>(?:(?<![\w.-])|(?<=[:,\[]-))\d)|(?P<digit>\d)"
)


def mask(piece: bytes) -> bytes:
    """Return a piece with every text masked that does not belong to the protocol: letters become `x`, digits `0`; the rest is kept.

    JSON numbers and invalid UTF-8 are kept. Data that is not JSON is masked as plain text.
    """
    match = PAYLOAD.fullmatch(piece)
    value = parsed(match["json"]) if match else None
    if match and isinstance(value, dict):
        return _masked_raw(match["before"]) + encoded(_masked(value)) + match["after"]
    return _masked_raw(piece)


def parsed(text: bytes) -> Any:
    """Return the value of a JSON text, or None if it is invalid."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def encoded(value: Any) -> bytes:
    """Return a value as the shortest JSON text."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _masked(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, name) for inner in value]
    if isinstance(value, str) and not _is_term(name, value):
        return re.sub(r"\d", "0", re.sub(r"[^\W\d_]", "x", value))
    return value


def _is_term(name: str, value: str) -> bool:
    return name in VOCABULARY and bool(_TERM.fullmatch(value))


def _masked_raw(piece: bytes) -> bytes:
    """Mask text that is not JSON: strings that are values, and words between strings that do not belong to the protocol."""
    text = piece.decode("utf-8", "surrogateescape")
    pieces, last, name = [], 0, ""
    for match in _STRING.finditer(text):
        pieces.append(_OUTSIDE.sub(_hidden, text[last : match.start()]))
        last = match.end()
        inner = match[1][1:-1]
        if match[2]:
            name = inner
            pieces.append(match[0])
        else:
            pieces.append(match[0] if _is_term(name, inner) else f'"{_INSIDE.sub(_hidden, inner)}"')
            name = ""
    pieces.append(_OUTSIDE.sub(_hidden, text[last:]))
    return "".join(pieces).encode("utf-8", "surrogateescape")


def _hidden(match: re.Match[str]) -> str:
    """Return the replacement of a match. A number keeps its first digit unless that is 0: JSON does not allow leading zeros."""
    if match["letter"]:
        return "x"
    return match["kept"] or ("1" if match.groupdict().get("lead") else "0")
