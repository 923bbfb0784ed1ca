"""How pieces of JSON add up to one value: what every assembler does with the fields that it does not know.

Strings are joined, lists extended, objects merged key by key; a number, a boolean and a value of another type replace
what was there (openai-python adds numbers up, which turns a token id into nonsense). Null never replaces anything.

The values that grow are of classes of their own, so that a chunk is never changed and text is joined once, at the end.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

# Chunks nest a few levels; what nests deeper is kept as it came instead of being merged.
DEEPEST = 40

# Fields that name a thing instead of adding to it: a later value is the same name again, not its continuation.
NAMES = frozenset({"id", "type", "index", "object", "format", "role", "status", "finish_reason"})


class Pieces(list[str]):
    """A string that grows."""

    def __str__(self) -> str:
        if len(self) > 1:
            self[:] = ["".join(self)]
        return self[0] if self else ""


class _Object(dict[str, Any]):
    """An object that grows."""


class _Array(list[Any]):
    """An array that grows."""


def merge(old: Any, new: Any, depth: int = 0) -> Any:
    """What `old` and `new` add up to; neither is changed unless it came from here. `plain` gives the JSON value."""
    if new is None:
        return old
    if isinstance(new, str):
        if type(old) is Pieces:
            old.append(new)
            return old
        return Pieces((old, new)) if isinstance(old, str) else new
    if isinstance(new, dict) and isinstance(old, dict) and depth < DEEPEST:
        grown = old if type(old) is _Object else _Object(old)
        merge_fields(grown, new, depth + 1)
        return grown
    if isinstance(new, list) and isinstance(old, list) and depth < DEEPEST:
        return _extended(old if type(old) is _Array else _Array(old), new, depth + 1)
    return new


def merge_fields(grown: dict[str, Any], new: dict[str, Any], depth: int = 0) -> None:
    """Add every field of `new` to `grown`, in place."""
    for key, value in new.items():
        old = grown.get(key)
        if old is None:
            if value is not None or key not in grown:
                grown[key] = value
        elif key in NAMES:
            grown[key] = old if value is None or value == "" else value
        else:
            grown[key] = merge(old, value, depth)


def _extended(grown: _Array, new: list[Any], depth: int) -> _Array:
    """Entries with the `index` (and the type, where both tell it) of one that is there go on with it; others are added."""
    for entry in new:
        place = _place(grown, entry) if isinstance(entry, dict) and type(entry.get("index")) is int else None
        if place is None:
            grown.append(entry)
        else:
            grown[place] = merge(grown[place], entry, depth)
    return grown


def _place(grown: _Array, entry: dict[str, Any]) -> int | None:
    # From the end: a piece nearly always goes on with the last entry.
    for place in range(len(grown) - 1, -1, -1):
        known = grown[place]
        if isinstance(known, dict) and known.get("index") == entry["index"]:
            if None not in (known.get("type"), entry.get("type")) and known["type"] != entry["type"]:
                continue
            return place
    return None


def plain(value: Any, depth: int = 0) -> Any:
    """The JSON value of what `merge` gave: texts joined, halves of surrogate pairs put together."""
    if type(value) is Pieces:
        return joined(value)
    if type(value) is str:
        return paired(value)
    if type(value) is _Object:
        return {key: plain(field, depth + 1) for key, field in value.items()}
    if type(value) is _Array:
        return [plain(entry, depth + 1) for entry in value]
    return value


def joined(pieces: Pieces) -> str:
    """The text of these pieces."""
    return paired(str(pieces))


def paired(text: str) -> str:
    """The same text with the halves of surrogate pairs, which two chunks may bring, made one character.

    A half without the other is no character; it becomes U+FFFD, as it would in any UTF-8 encoder.
    """
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def joined_base64(pieces: Pieces) -> str:
    """Base64 texts joined. Pieces that were padded one by one are decoded first, so that the whole is one base64 text."""
    if not any(piece.endswith("=") for piece in pieces[:-1]):
        return str(pieces)
    try:
        return base64.b64encode(b"".join(base64.b64decode(piece, validate=True) for piece in pieces)).decode()
    except (binascii.Error, ValueError):
        return "".join(pieces)
