"""Which flaws of a case result from a defect that another case reports.

A server that loses, repeats or reorders one event of each stream does so in the streams of all cases: there it is a piece of
the text, here the finish reason or the arguments of a call. The case that compares the plain streamed answer with the plain one,
or judges the order of its events, reports the defect. The others cannot be judged until it is fixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from streamkit.frozen import dataclass
from streamkit.model.probing import CaseVerdict
from streamkit.probes._probe import Answer, Flaw, Probe

WORST_FIRST: tuple[CaseVerdict, ...] = ("fail", "error", "unsupported", "deviates", "pass")
"""The verdicts, the worst first."""

_MOST_REASONS = 3
# What lint finds where an event is missing, comes twice, or is out of place.
_SIGNS = frozenset(
    "SEQ401 SEQ412 SEQ424 SEQ425 USG505 ANT701 ANT703 ANT704 RSP806 RSP810 RSP811 GEM903".split()  # noqa: SIM905
)
# What else lint may find for the same reason in a stream where that event has another purpose.
_RESULTS = (
    *("SCH314", "SEQ402", "SEQ41", "SEQ420", "SEQ43", "SEQ440", "SEQ45", "SEQ461", "SSE120", "SSE121"),
    *("USG502", "USG504", "ANT70", "ANT71", "RSP80", "RSP81", "GEM90"),
)


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A case, its answers, and what is wrong with them."""

    probe: Probe
    answers: Sequence[Answer]
    flaws: tuple[Flaw, ...]

    @property
    def verdict(self) -> CaseVerdict:
        """The worst verdict."""
        return worst_verdict(self.flaws)


@dataclass(frozen=True, slots=True)
class _Cause:
    """The case that reports that events of an API's streams are missing, repeated or out of place.

    With `text`, a part of the answer is known to be missing or misplaced, and lint may have found nothing.
    """

    key: str
    verdict: CaseVerdict
    text: bool


def worst_verdict(flaws: Iterable[Flaw]) -> CaseVerdict:
    """Return the worst verdict of flaws; `pass` without any."""
    return min((flaw.verdict for flaw in flaws), key=WORST_FIRST.index, default="pass")


def reasons_text(reasons: Iterable[str]) -> str:
    """Return the first reasons as one text, each once."""
    distinct = list(dict.fromkeys(reasons))
    more = f"; and {len(distinct) - _MOST_REASONS} more" if len(distinct) > _MOST_REASONS else ""
    return "; ".join(distinct[:_MOST_REASONS]) + more


def settled(cases: Sequence[JudgedCase]) -> list[JudgedCase]:
    """Return the cases, in which flaws that result from the defect of another case are errors that name that case."""
    by_order = _resolved(cases, _causes(cases, text=False))
    return _resolved(by_order, _causes(by_order, text=True))


def _causes(cases: Sequence[JudgedCase], *, text: bool) -> dict[str, _Cause]:
    """Return the first case of each API that reports such a defect: by the text, or by codes of lint."""
    causes: dict[str, _Cause] = {}
    for case in cases:
        signs = [flaw for flaw in case.flaws if _is_sign(case, flaw, text=text)]
        if signs:
            causes.setdefault(case.probe.api, _Cause(case.probe.key, worst_verdict(signs), text))
    return causes


def _is_sign(case: JudgedCase, flaw: Flaw, *, text: bool) -> bool:
    if text:
        return flaw.misplaced and flaw.code is None and flaw.at is not None and _is_stream(case.answers[flaw.at])
    return case.probe.judges_streams and flaw.code in _SIGNS


def _resolved(cases: Sequence[JudgedCase], causes: Mapping[str, _Cause]) -> list[JudgedCase]:
    return [
        case if (cause := causes.get(case.probe.api)) is None or cause.key == case.probe.key else _relieved(case, cause)
        for case in cases
    ]


def _relieved(case: JudgedCase, cause: _Cause) -> JudgedCase:
    """Return the case with those of its flaws that result from this cause in one error."""
    results = [flaw for flaw in case.flaws if _is_result(case, flaw, cause)]
    if not results:
        return case
    worst_flaws = [flaw for flaw in results if flaw.verdict == worst_verdict(results)]
    why = f"not judged: {reasons_text(flaw.why for flaw in worst_flaws)}, see {cause.key}"
    kept = tuple(flaw for flaw in case.flaws if flaw not in results)
    return JudgedCase(case.probe, case.answers, (*kept, Flaw("error", why, worst_flaws[0].at)))


def _is_result(case: JudgedCase, flaw: Flaw, cause: _Cause) -> bool:
    if flaw.verdict not in ("fail", "deviates") or WORST_FIRST.index(flaw.verdict) < WORST_FIRST.index(cause.verdict):
        return False
    streams = [a for i, a in enumerate(case.answers) if flaw.at in (None, i) and _is_stream(a)]
    if not streams:
        return False
    if flaw.code is not None:
        return not case.probe.judges_streams and (flaw.code in _SIGNS or flaw.code.startswith(_RESULTS))
    return cause.text or flaw.misplaced or any(_has_sign(answer) for answer in streams)


def _is_stream(answer: Answer) -> bool:
    return answer.ask.streams and not answer.ask.leaves and answer.status is not None and 200 <= answer.status < 300


def _has_sign(answer: Answer) -> bool:
    return any(finding.code in _SIGNS and finding.severity == "error" for finding in answer.findings)
