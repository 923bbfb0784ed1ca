"""Judge the recorded answers of an endpoint: the same for answers that just came and for those of a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import partial

from streamkit.frozen import dataclass
from streamkit.model.finding import SEVERITIES, Finding
from streamkit.model.probing import CaseResult, CaseVerdict
from streamkit.model.stream import Verdict
from streamkit.probes._consequences import WORST_FIRST, JudgedCase, reasons_text, settled
from streamkit.probes._probe import Answer, Flaw, Probe
from streamkit.probes._refusals import WITHOUT_REASON
from streamkit.text import shorten

_REFUSED = frozenset([400, 404, 405, 406, 410, 413, 415, 422, 501])
_NOT_NOW = frozenset([408, 425, 429, 503, 529])
_LONGEST_QUOTE = 160
_NEEDLESS = frozenset(["RSP813", "SEQ412", "SEQ420", "SSE121", "USG505"])  # an event comes where none should
_UNMEASURED = "clients that check every event against the reference (none was measured with this defect)"

Answers = Mapping[str, Sequence[Answer]]
"""The answers of one repetition, by the key of the case."""


@dataclass(slots=True)
class _Reported:
    """What the cases judged so far have reported about their APIs: codes of lint, damaged
    streams, plain answers that are not JSON, and with which status it refuses plain or streaming requests, if all."""

    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    damage: dict[tuple[str, Verdict], str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    unanswered: dict[tuple[str, bool], tuple[str, int | None]] = field(default_factory=dict)

    def damaged_in(self, api: str, verdict: Verdict) -> str | None:
        """Return the case that has reported streams with this verdict, or if none has, with another one."""
        others = (key for (other, _), key in self.damage.items() if other == api)
        return self.damage.get((api, verdict)) or next(others, None)


def judge(probes: Sequence[Probe], repetitions: Sequence[Answers]) -> list[CaseResult]:
    """Return the result of each case that has answers, in the order of the probes.

    If repetitions of a case have different verdicts, it is flaky.
    """
    ordered = sorted(probes, key=_rank)
    owners = {(probe.api, code): probe.key for probe in probes for code in probe.finds}
    runs: list[dict[str, CaseResult]] = []
    for answers in repetitions:
        reported = _Reported()
        cases = [
            JudgedCase(probe, answers[probe.key], tuple(_flaws(probe, answers[probe.key], owners, reported)))
            for probe in ordered
            if probe.key in answers
        ]
        runs.append({case.probe.key: _result(case) for case in settled(cases)})
    return [
        _together([run[probe.key] for run in runs if probe.key in run])
        for probe in probes
        if any(probe.key in run for run in runs)
    ]


def _rank(probe: Probe) -> tuple[int, str]:
    """Return the place of a case in the order of judging: first those on which others depend."""
    return (0 if probe.refusal == "fail" else 1 if probe.damage else 2 if probe.finds else 3), probe.key


def _together(results: Sequence[CaseResult]) -> CaseResult:
    """Return one result for all repetitions of a case."""
    verdicts = [result.verdict for result in results]
    worst = min(results, key=lambda result: WORST_FIRST.index(result.verdict))
    evidence = tuple(evidence_item for result in results for evidence_item in result.evidence)
    if len(set(verdicts)) == 1:
        return _with(worst, worst.verdict, worst.why, evidence)
    counts = ", ".join(f"{verdicts.count(verdict)} × {verdict}" for verdict in dict.fromkeys(verdicts))
    return _with(worst, "flaky", f"{counts}: {worst.why}", evidence)


def _with(result: CaseResult, verdict: CaseVerdict, why: str, evidence: tuple[str, ...]) -> CaseResult:
    return CaseResult(
        name=result.name,
        group=result.group,
        api=result.api,
        verdict=verdict,
        why=why,
        breaks=result.breaks,
        evidence=evidence,
    )


def _result(case: JudgedCase) -> CaseResult:
    probe, answers, verdict = case.probe, case.answers, case.verdict
    worst_flaws = [flaw for flaw in case.flaws if flaw.verdict == verdict]
    breaks = dict.fromkeys(
        client for flaw in worst_flaws for client in (probe.clients if flaw.breaks is None else flaw.breaks)
    )
    indices = sorted({flaw.at for flaw in worst_flaws if flaw.at is not None})
    seen = [answers[index] for index in indices] or answers
    return CaseResult(
        name=probe.name,
        group=probe.group,
        api=probe.api,
        verdict=verdict,
        why=reasons_text(flaw.why for flaw in worst_flaws),
        breaks=tuple(breaks) if verdict == "fail" else (),
        evidence=tuple(dict.fromkeys(answer.evidence for answer in seen if answer.evidence)),
    )


def _flaws(
    probe: Probe, answers: Sequence[Answer], owners: Mapping[tuple[str, str], str], reported: _Reported
) -> Iterator[Flaw]:
    """Yield what is wrong; if nothing can be concluded, only why that is so."""
    blocking = [flaw for index, answer in enumerate(answers) for flaw in _blocked(probe, answer, index, reported)]
    if blocking:
        if probe.refusal == "fail":
            reported.unanswered[probe.api, probe.asks[0].streams] = probe.key, answers[0].status
        yield from blocking
        return
    if missing := [ask for ask in probe.chain if not any(answer.ask == ask for answer in answers)]:
        reason = "the answer before it has no call" if missing[0].follows else "it was not recorded"
        yield Flaw("error", f"not judged: the request {missing[0].name!r} was not sent, as {reason}")
        return
    if probe.refusal == "fail" and any(not answer.ask.streams and answer.json is None for answer in answers):
        reported.unreadable[probe.api] = probe.key
    flaws = [_unless_known(flaw, probe, reported) for expectation in probe.expects for flaw in expectation(answers)]
    for index, answer in enumerate(answers):
        flaws += _found(probe, answer, index, owners, reported)
        if _damaged(answer) and answer.stream.verdict in probe.damage:
            reported.damage[probe.api, answer.stream.verdict] = probe.key
            if not any(flaw.verdict == "fail" for flaw in flaws):
                flaws.append(Flaw("fail", _damage(answer), index, _clients(answer), misplaced=True))
    consequence = next(
        (flaw for flaw in map(partial(_consequence, probe, reported), answers) if flaw is not None), None
    )
    if consequence is not None and any(flaw.verdict in ("fail", "deviates") for flaw in flaws):
        yield consequence
    else:
        yield from flaws


def _unless_known(flaw: Flaw, probe: Probe, reported: _Reported) -> Flaw:
    """Return the flaw, or if another case has reported it, that nothing can be judged because of it."""
    owners = (reported.codes.get((probe.api, code)) for code in flaw.known_as)
    owner = next(filter(None, owners), probe.key)
    return flaw if owner == probe.key else Flaw("error", f"not judged: {flaw.why}, see {owner}", flaw.at)


def _consequence(probe: Probe, reported: _Reported, answer: Answer) -> Flaw | None:
    """Return why flaws of an answer are not this case's: another case has reported that the stream is damaged."""
    known = reported.damaged_in(probe.api, answer.stream.verdict) if _damaged(answer) else None
    if known is None or known == probe.key or probe.refusal == "expected":
        return None
    return Flaw("error", f"not judged: {_damage(answer)}, see {known}")


def _blocked(probe: Probe, answer: Answer, index: int, reported: _Reported) -> Iterator[Flaw]:
    """Yield why an answer cannot be judged by what the case expects: there is none, it is a refusal, or the stream is damaged."""
    status, ends = answer.status, answer.exchange.end
    core, refused = reported.unanswered.get((probe.api, answer.ask.streams), (probe.key, None))
    if status is None:
        yield Flaw("error", f"no response: {_ending(answer)}", index)
    elif (
        core != probe.key
        and not 200 <= status < 300
        and (probe.refusal != "expected" or _says_nothing(status, refused))
    ):
        yield Flaw("error", f"not judged: status {status}, see {core}", index)
    elif _is_unreadable(answer) and reported.unreadable.get(probe.api, probe.key) != probe.key:
        yield Flaw("error", f"not judged: the body is not JSON, see {reported.unreadable[probe.api]}", index)
    elif answer.ask.leaves:
        return
    elif probe.refusal != "expected" and not 200 <= status < 300:
        flaw = _refused(answer, index)
        yield Flaw("fail", flaw.why, index) if flaw.verdict == "unsupported" and probe.refusal == "fail" else flaw
    elif _damaged(answer) and probe.refusal != "expected":
        what, verdict = _damage(answer), answer.stream.verdict
        known = reported.damaged_in(probe.api, verdict)
        own = probe.judges_streams
        if known is not None and known != probe.key and (not own or verdict == "not-a-stream"):
            yield Flaw("error", f"not judged: {what}, see {known}", index)
        elif not own:
            yield Flaw("fail", what, index, _clients(answer), misplaced=True)
    elif (not answer.ask.streams or status >= 400) and ends is not None and ends.reason != "eof":
        yield Flaw("error", f"not judged: the response ended with {_ending(answer)}", index)


def _says_nothing(status: int, refused: int | None) -> bool:
    """Return whether a refusal has the same cause as that of all requests. One of the key does not: the right key may be wrong as well."""
    return status >= 500 or (status == refused and status not in (401, 403))


def _is_unreadable(answer: Answer) -> bool:
    """Return whether an answer was to be a JSON document, as a plain answer or a refusal, and is none."""
    return (not answer.ask.streams or (answer.status or 0) >= 400) and answer.json is None


def _refused(answer: Answer, index: int) -> Flaw:
    """Return the verdict for a status that is not a success."""
    status, words = answer.status or 0, answer.refusal
    refusal = f"status {status}" + (f": {_quoted(words)}" if words else "")
    if status in (401, 403):
        return Flaw("error", f"not judged: the key is not accepted: {refusal}", index)
    if status in _NOT_NOW or status < 400:
        return Flaw("error", f"not judged: {refusal}", index)
    if status in _REFUSED:
        if not words:
            return Flaw("fail", f"{refusal} without an error object", index, (WITHOUT_REASON,))
        return Flaw("unsupported", refusal, index)
    return Flaw("fail", f"{refusal} instead of an answer or a refusal", index)


def _damaged(answer: Answer) -> bool:
    """Return whether a stream was to come and is not complete."""
    wanted = answer.ask.streams and not answer.ask.leaves and answer.status is not None and 200 <= answer.status < 300
    return wanted and answer.stream.verdict != "complete"


def _damage(answer: Answer) -> str:
    verdict = answer.stream.verdict
    if verdict == "not-a-stream":
        kind = answer.exchange.content_type or "missing"
        if "event-stream" in kind.lower() or "ndjson" in kind.lower():
            what = "has no complete event" if answer.exchange.frames.body.strip() else "is empty"
            return f"expected a stream, and the body {what}"
        return f"expected a stream, and the content type is {_quoted(kind)}"
    if verdict == "truncated":
        return f"the stream is cut off ({_ending(answer)})"
    if verdict == "error":
        words = next((f.message for f in answer.findings if f.code in ("SEQ421", "ANT713", "GEM906", "RSP814")), "")
        words = words.removeprefix("the stream reports an error").removeprefix(": ")
        return f"the stream reports an error{f': {_quoted(words)}' if words else ''}"
    return f"the stream is {verdict}"


def _clients(answer: Answer) -> tuple[str, ...] | None:
    """Return the clients that break on the stream, as measured; None, for those of the manual, if none was measured."""
    return tuple(dict.fromkeys(c for f in answer.findings if f.severity == "error" for c in f.breaks)) or None


def _found(
    probe: Probe, answer: Answer, index: int, owners: Mapping[tuple[str, str], str], reported: _Reported
) -> Iterator[Flaw]:
    """Yield the findings of lint that are this case's to report."""
    if not answer.ask.streams or answer.ask.leaves or answer.status is None or answer.status >= 300:
        return
    for finding in answer.findings:
        if _is_cut_off(finding, answer):
            continue
        owner = _owner(probe.api, finding.code, owners)
        if probe.judges_streams:
            if owner != probe.key:
                continue
            reported.codes[probe.api, finding.code] = probe.key
        elif _is_known(probe, finding, answer, reported) or finding.code.startswith(("TIM", *probe.allows)):
            continue
        if finding.severity != "info":
            many = f" ({finding.count} times)" if finding.count > 1 else ""
            verdict: CaseVerdict = "fail" if finding.severity == "error" else "deviates"
            breaks = finding.breaks or (_UNMEASURED,)
            yield Flaw(verdict, f"{finding.code} {_quoted(finding.message)}{many}", index, breaks, code=finding.code)


def _is_known(probe: Probe, finding: Finding, answer: Answer, reported: _Reported) -> bool:
    """Return whether another case has reported a finding: its code, or a defect, as severe, of an event that should not be there."""
    codes, api = reported.codes, probe.api
    if (api, finding.code) in codes:
        return True
    if finding.code not in _NEEDLESS or finding.count > 1:
        return False
    event = _event_text(finding, answer)
    others = (f for f in answer.findings if (api, f.code) in codes and event is not None)
    return any(
        SEVERITIES.index(other.severity) <= SEVERITIES.index(finding.severity) and _event_text(other, answer) == event
        for other in others
    )


def _event_text(finding: Finding, answer: Answer) -> bytes | None:
    """Return the bytes of the event of a finding; None if it is of none. In JSON lines, and those after it."""
    start = finding.place.byte
    return None if start is None else answer.exchange.frames.body[start:].partition(b"\n\n")[0]


def _is_cut_off(finding: Finding, answer: Answer) -> bool:
    """Return whether the JSON of a finding is that of an event within which the body ends: the end is what is wrong."""
    ends = (other.place.event for other in answer.findings if other.code == "SSE103")
    return finding.code.startswith("JSN") and finding.place.event in ends


def _owner(api: str, code: str, owners: Mapping[tuple[str, str], str]) -> str | None:
    """Return the key of the case that reports a code of lint: the one with the longest beginning of it."""
    return next((owners[api, code[:size]] for size in range(len(code), 0, -1) if (api, code[:size]) in owners), None)


def _ending(answer: Answer) -> str:
    end = answer.exchange.end
    if end is None:
        return "the recording has no end"
    return f"{end.reason}: {_quoted(end.error)}" if end.error else end.reason


def _quoted(text: str) -> str:
    """Return text of an endpoint, shortened."""
    return shorten(" ".join(text.split()), _LONGEST_QUOTE)
