"""Select cases by API, group, name, or key (`openai_chat/plain-answer`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streamkit.errors import UnknownEntry
from streamkit.probes._probe import PROBES, Probe


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
        import difflib

        words = sorted({name for probe in probes for name in _words(probe)})
        near = difflib.get_close_matches(word.lower(), words, 1, 0.5)
        hint = f"did you mean {near[0]!r}?" if near else "`streamkit probe --dry-run` lists all"
        raise UnknownEntry(f"unknown case or group {word!r}; {hint}")
