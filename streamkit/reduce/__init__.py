"""Reduce a body to the smallest one for which a predicate is still true: remove pieces, then fields, and mask texts.

The body is split at the ends of its events, so that the framing stays unchanged. Pieces are removed by delta debugging
(Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002); then members of the JSON of each remaining
event are removed; and all texts that do not belong to the protocol are masked, letter by letter, before anything is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from streamkit.frozen import dataclass
from streamkit.reduce.mask import PAYLOAD, encoded, mask, parsed

T = TypeVar("T")
Fails = Callable[[Sequence[bytes]], bool]

_LARGEST = 400
"""Maximum number of members of a JSON text that are tried one by one; of a larger one, only the outer members are."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """The result: the remaining pieces, and whether all their texts are masked."""

    pieces: list[bytes]
    masked: bool


def reduce(pieces: Sequence[bytes], fails: Fails) -> Reduced:
    """Return the smallest body for whose pieces `fails` is true. It must be true for the whole body."""
    kept = fewest(pieces, fails)
    for index in range(len(kept)):
        kept[index] = _fewest_members(kept, index, fails)
    whole = [mask(piece) for piece in kept]
    if fails(whole):
        return Reduced(whole, masked=True)
    masked = True
    for index in range(len(kept)):
        tried = [*kept[:index], mask(kept[index]), *kept[index + 1 :]]
        if fails(tried):
            kept = tried
        elif tried[index] != kept[index]:
            masked = False
    return Reduced(kept, masked)


def fewest(items: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return a list from which no item can be removed without `fails` becoming false: ddmin, by halves, quarters, …, single items."""
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


def _fewest_members(pieces: Sequence[bytes], index: int, fails: Fails) -> bytes:
    """Remove irrelevant members from the JSON of one piece, outermost first."""
    match = PAYLOAD.fullmatch(pieces[index])
    value = parsed(match["json"]) if match else None
    if match is None or not isinstance(value, dict):
        return pieces[index]

    def piece(candidate: Any) -> bytes:
        return match["before"] + encoded(candidate) + match["after"]

    if not fails([*pieces[:index], piece(value), *pieces[index + 1 :]]):
        return pieces[index]  # the failure depends on how the JSON is written
    for path in list(_paths(value))[:_LARGEST]:
        smaller = _without(value, path)
        if smaller is not None and fails([*pieces[:index], piece(smaller), *pieces[index + 1 :]]):
            value = smaller
    return piece(value)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every member of a JSON value, outer before inner, the last element of a list first."""
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    if isinstance(value, list):
        pairs.reverse()
    for key, _ in pairs:
        yield (*path, key)
    for key, inner in pairs:
        yield from _paths(inner, (*path, key))


def _without(value: Any, path: tuple[Any, ...]) -> Any:
    """Return a copy without this member; None if it was already removed with another one."""
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
