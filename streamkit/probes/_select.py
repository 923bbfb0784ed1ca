"""Select cases by API, group, name, or key (`openai_chat/plain-answer`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from streamkit.errors import UnknownEntry
from streamkit.probes._probe import PROBES, Probe

_ALIKE = 0.5
_TYPING_ERROR = 0.75


def selected(
    select: Sequence[str] = (), ignore: Sequence[str] = (), probes: Iterable[Probe] | None = None
) -> list[Probe]:
    """Return the selected cases in order of API, group and name; all without `select`.

    Raises UnknownEntry, with the closest word, for a word that matches no case.
    """
    known = sorted(
        PROBES.values() if probes is None else probes, key=lambda probe: (probe.api, probe.group, probe.name)
    )
    for word in (*select, *ignore):
        _check_known(word, known)
    return [
        probe
        for probe in known
        if (not select or any(_matches(probe, word) for word in select))
        and not any(_matches(probe, word) for word in ignore)
    ]


def _words(probe: Probe) -> tuple[str, ...]:
    return probe.key, probe.name, probe.group, probe.api


def _matches(probe: Probe, word: str) -> bool:
    return word.strip().lower() in _words(probe)


def _check_known(word: str, probes: Sequence[Probe]) -> None:
    if not any(_matches(probe, word) for probe in probes):
        near = _nearest(word.strip().lower(), sorted({name for probe in probes for name in _words(probe)}))
        hint = f"did you mean {near!r}?" if near else "`streamkit probe --dry-run` lists all"
        raise UnknownEntry(f"unknown case or group {word!r}; {hint}")


def _nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word that shares most of its parts, a case of another API if the name is right; None if no part is alike."""
    import difflib

    def shared(name: str) -> float:
        return sum(_likeness(part, _parts(name)) for part in parts) / len(parts)

    parts = _parts(word)
    elsewhere = [key for key in known if "/" in word and key.endswith(word[word.rindex("/") :])]
    near = max(elsewhere or known, key=lambda name: shared(name) + difflib.SequenceMatcher(None, word, name).ratio())
    return near if elsewhere or shared(near) >= _ALIKE else None


def _parts(name: str) -> list[str]:
    return re.split(r"[-_/\s]+", name)


def _likeness(part: str, others: Sequence[str]) -> float:
    """Return how much a part is like the most similar of these, from 0 to 1: a beginning of three letters counts nearly as much."""
    import difflib

    ratios = (difflib.SequenceMatcher(None, part, other).ratio() for other in others)
    best = max(ratio if ratio >= _TYPING_ERROR else 0.0 for ratio in ratios)
    begins = len(part) > 2 and any(other.startswith(part) for other in others)
    return max(best, 0.95) if begins else best
