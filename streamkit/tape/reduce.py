"""Shrinks a body to the smallest that still does what a predicate asks: pieces go, then fields, then what was written.

The body is cut at the ends of its events, so that framing survives as it is. Pieces are taken out by delta debugging
(Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002); then, in each event that is left, the
members of its JSON; and every text that is no word of the protocol is masked, letter by letter, before anything is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Item = TypeVar("Item")
Fails = Callable[[Sequence[bytes]], bool]

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
"""Fields whose values are words of the protocol, and are kept."""

_PAYLOAD = re.compile(rb"(?P<before>.*?(?:^|[\r\n])data: ?)(?P<json>\{[^\r\n]*\})(?P<after>[\r\n]*)", re.DOTALL)
_VALUE = re.compile(rb'("(?:[^"\\]|\\.)*")(\s*:\s*)?')
_WORD = re.compile(r"[^\W\d_]")
_BARE = re.compile(rb"[A-Za-z]")
_LARGEST = 400
"""Places of a JSON text that are tried one by one; of a larger one, only the outer."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left: the pieces, and whether every text in them is masked."""

    pieces: list[bytes]
    masked: bool


def reduce(pieces: Sequence[bytes], fails: Fails) -> Reduced:
    """The smallest body that still fails: `fails` says so of these pieces, and of the whole it must."""
    kept = fewest(pieces, fails)
    for place in range(len(kept)):
        kept[place] = _fewest_members(kept, place, fails)
    whole = [mask(piece) for piece in kept]
    if fails(whole):
        return Reduced(whole, masked=True)
    masked = True
    for place in range(len(kept)):
        tried = [*kept[:place], mask(kept[place]), *kept[place + 1 :]]
        if fails(tried):
            kept = tried
        elif tried[place] != kept[place]:
            masked = False
    return Reduced(kept, masked)


def fewest(items: Sequence[Item], fails: Callable[[Sequence[Item]], bool]) -> list[Item]:
    """A list from which no item can be taken without `fails` turning false: ddmin, by halves, then quarters, then one."""
    kept = list(items)
    parts = 2
    while len(kept) >= 2:
        size = -(-len(kept) // parts)
        for start in range(0, len(kept), size):
            rest = kept[:start] + kept[start + size :]
            if rest and fails(rest):
                kept, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(kept))
    return kept


def mask(piece: bytes) -> bytes:
    """A piece with every text masked that is no word of the protocol: letters are `x`, digits `0`, the rest stays.

    Where the data is no JSON, the strings in it are masked as they stand, and where it holds none, all its letters.
    """
    match = _PAYLOAD.fullmatch(piece)
    value = _decoded(match["json"]) if match else None
    if match and isinstance(value, dict):
        return _masked_outside(match["before"]) + _encoded(_masked(value)) + match["after"]
    return _masked_raw(piece)


def _fewest_members(pieces: Sequence[bytes], place: int, fails: Fails) -> bytes:
    """One piece with the members of its JSON taken out that do not matter, the outermost first."""
    match = _PAYLOAD.fullmatch(pieces[place])
    value = _decoded(match["json"]) if match else None
    if match is None or not isinstance(value, dict):
        return pieces[place]

    def piece(candidate: Any) -> bytes:
        return match["before"] + _encoded(candidate) + match["after"]

    if not fails([*pieces[:place], piece(value), *pieces[place + 1 :]]):
        return pieces[place]  # what fails is in how the JSON is written
    for path in list(_places(value))[:_LARGEST]:
        smaller = _without(value, path)
        if smaller is not None and fails([*pieces[:place], piece(smaller), *pieces[place + 1 :]]):
            value = smaller
    return piece(value)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, outer before inner, last element of a list first."""
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    if isinstance(value, list):
        pairs.reverse()
    for key, _ in pairs:
        yield (*path, key)
    for key, inner in pairs:
        yield from _places(inner, (*path, key))


def _without(value: Any, path: tuple[Any, ...]) -> Any:
    """A copy without that place; None where it went with another one before."""
    if not path:
        return None
    key, rest = path[0], path[1:]
    try:
        inner = value[key]
    except (KeyError, IndexError, TypeError):
        return None
    copied = value.copy()
    if not rest:
        del copied[key]
        return copied
    smaller = _without(inner, rest)
    if smaller is None:
        return None
    copied[key] = smaller
    return copied


def _masked(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, name) for inner in value]
    if isinstance(value, str) and name not in VOCABULARY:
        return re.sub(r"\d", "0", _WORD.sub("x", value))
    return value


def _masked_outside(text: bytes) -> bytes:
    """Comments and other lines before the data."""
    return b"".join(
        line if re.match(rb"(?:data|event|id|retry)\b", line) else _BARE.sub(b"x", line)
        for line in re.split(rb"(?<=\n)|(?<=\r)(?!\n)", text)
    )


def _masked_raw(piece: bytes) -> bytes:
    """A piece whose data is no JSON: the strings that are values, or all letters of a data line without any."""
    found = list(_VALUE.finditer(piece))
    if not found:
        head, colon, rest = piece.partition(b":")
        return piece if rest.strip() == b"[DONE]" else head + colon + _BARE.sub(b"x", rest)
    pieces, last, name = [], 0, b""
    for match in found:
        pieces.append(piece[last : match.start()])
        last = match.end()
        if match[2]:
            name = match[1].strip(b'"')
            pieces.append(match[0])
        else:
            kept = name.decode("utf-8", "replace") in VOCABULARY
            pieces.append(match[0] if kept else re.sub(rb"(?<!\\)[A-Za-z]", b"x", match[0]))
            name = b""
    rest = re.sub(rb"(?<=\")[^\"]*\Z", lambda tail: _BARE.sub(b"x", tail[0]), piece[last:])
    return b"".join([*pieces, rest])


def _decoded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
