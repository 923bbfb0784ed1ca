"""Whether a field of an object is one of its table's in another spelling: `finishReason`, `usage_`, `contnet`."""

from __future__ import annotations

from collections.abc import Collection, Iterable

_SHORTEST = 5
"""Characters: names shorter than this differ by one letter and mean two things, as `text` and `next`."""


def misspelled(names: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """The fields of an object that are in no table and close to one that is `known` and not there: each with the field that
    is meant.

    Close is a name that differs in case, underscores and hyphens alone, or by one letter that is added, left out, replaced
    or swapped with its neighbour.
    """
    there = set(names)
    strangers = [name for name in there if name not in known]
    if not strangers:
        return {}
    missing = [name for name in known if name not in there]
    found = {}
    for name in strangers:
        meant = next((other for other in missing if _same(name, other)), None)
        meant = meant or next((other for other in missing if _close(name, other)), None)
        if meant is not None:
            found[name] = meant
    return found


def _same(name: str, other: str) -> bool:
    return _plain(name) == _plain(other)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


def _close(name: str, other: str) -> bool:
    """Whether one edit makes one name the other."""
    if min(len(name), len(other)) < _SHORTEST or abs(len(name) - len(other)) > 1:
        return False
    begin = next((at for at, pair in enumerate(zip(name, other, strict=False)) if pair[0] != pair[1]), None)
    if begin is None:
        return True  # one begins with the other
    rest, wanted = name[begin:], other[begin:]
    swapped = rest[1::-1] == wanted[:2] and rest[2:] == wanted[2:]
    return swapped or rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]
