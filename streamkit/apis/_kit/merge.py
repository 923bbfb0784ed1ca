"""Merge fragments of JSON into one value. Assemblers use this for every field they have no special rule for.

Strings are concatenated, arrays extended and objects merged key by key. A number, a boolean or a value of a different
type replaces the old value (openai-python adds numbers up, which turns a token id into nonsense). Null never replaces
anything.

Values under construction have classes of their own, so that chunks are never modified and text is joined only once, at
the end.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

# Real chunks nest a few levels; deeper values are kept as received instead of being merged.
MAX_DEPTH = 40

# Fields that identify or classify an object: a later value repeats the earlier one, it does not continue it.
IDENTIFYING_FIELDS = frozenset({"id", "type", "index", "object", "format", "role", "status", "finish_reason"})


class Fragments(list[str]):
    """A string under construction, kept as a list of its fragments."""

    def __str__(self) -> str:
        if len(self) > 1:
            self[:] = ["".join(self)]
        return self[0] if self else ""


class _Object(dict[str, Any]):
    """An object under construction."""


class _Array(list[Any]):
    """An array under construction."""


def merge(old: Any, new: Any, depth: int = 0) -> Any:
    """Merge `new` into `old` and return the result, which `plain` converts to a JSON value.

    Neither argument is modified, except an `old` that an earlier call of `merge` returned.
    """
    if new is None:
        return old
    if isinstance(new, str):
        if type(old) is Fragments:
            old.append(new)
            return old
        return Fragments((old, new)) if isinstance(old, str) else new
    if isinstance(new, dict) and isinstance(old, dict) and depth < MAX_DEPTH:
        grown = old if type(old) is _Object else _Object(old)
        merge_fields(grown, new, depth + 1)
        return grown
    if isinstance(new, list) and isinstance(old, list) and depth < MAX_DEPTH:
        return _extend(old if type(old) is _Array else _Array(old), new, depth + 1)
    return new


def merge_fields(grown: dict[str, Any], new: dict[str, Any], depth: int = 0) -> None:
    """Merge every field of `new` into `grown`, in place."""
    for key, value in new.items():
        old = grown.get(key)
        if old is None:
            if value is not None or key not in grown:
                grown[key] = value
        elif key in IDENTIFYING_FIELDS:
            grown[key] = old if value is None or value == "" else value
        else:
            grown[key] = merge(old, value, depth)


def _extend(grown: _Array, new: list[Any], depth: int) -> _Array:
    """Extend an array. An entry with the `index` (and `type`, if both have one) of an existing entry is merged into it;
    any other entry is appended."""
    for entry in new:
        position = _find(grown, entry) if isinstance(entry, dict) and type(entry.get("index")) is int else None
        if position is None:
            grown.append(entry)
        else:
            grown[position] = merge(grown[position], entry, depth)
    return grown


def _find(grown: _Array, entry: dict[str, Any]) -> int | None:
    """Return the position of the entry that `entry` continues, or None."""
    # Search from the end, because a fragment nearly always continues the last entry.
    for position in range(len(grown) - 1, -1, -1):
        known = grown[position]
        if isinstance(known, dict) and known.get("index") == entry["index"]:
            if None not in (known.get("type"), entry.get("type")) and known["type"] != entry["type"]:
                continue
            return position
    return None


def to_plain(value: Any, depth: int = 0) -> Any:
    """Convert a merged value to a plain JSON value: join its text and combine split surrogate pairs."""
    if type(value) is Fragments:
        return joined(value)
    if type(value) is str:
        return join_surrogates(value)
    if type(value) is _Object:
        return {key: to_plain(field, depth + 1) for key, field in value.items()}
    if type(value) is _Array:
        return [to_plain(entry, depth + 1) for entry in value]
    return value


def joined(pieces: Fragments) -> str:
    """Join the fragments of a string and combine split surrogate pairs."""
    return join_surrogates(str(pieces))


def join_surrogates(text: str) -> str:
    """Combine surrogate pairs that were split across two chunks into one character each.

    A lone surrogate is not a character; it becomes U+FFFD, as it would in any UTF-8 encoder.
    """
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def joined_base64(pieces: Fragments) -> str:
    """Join base64 fragments. If they were padded one by one, decode them first, so that the result is valid base64."""
    if not any(piece.endswith("=") for piece in pieces[:-1]):
        return str(pieces)
    try:
        return base64.b64encode(b"".join(base64.b64decode(piece, validate=True) for piece in pieces)).decode()
    except (binascii.Error, ValueError):
        return "".join(pieces)
