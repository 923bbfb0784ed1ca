"""The verdicts of probe for a person: the cases by group, and a table of how many have each verdict."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby

from streamkit.model.probing import VERDICTS, CaseResult, ProbeRun
from streamkit.reporters import ProbeReport
from streamkit.reporters._probe_rows import ASCII_MARKS, MARKS, ROLES, counts_line, verdicts_by_case
from streamkit.text import one_line

_MOST_EVIDENCE = 3
_MARGIN = 6  # columns before the name of a case and after it
_NARROWEST = 24  # columns below which text is not wrapped


def probe_text(report: ProbeReport) -> str:
    """Return the whole report."""
    if len(report.runs) > 1:
        return "\n".join(_matrix(report)) + "\n"
    return "\n".join(line for run in report.runs for line in _run(report, run)) + "\n"


def _run(report: ProbeReport, run: ProbeRun) -> Iterator[str]:
    yield report.paint("head", one_line(run.endpoint)) + (f"  model {one_line(run.model)}" if run.model else "")
    width = max((len(case.name) for case in run.cases), default=0)
    for (api, group), cases in groupby(run.cases, key=lambda case: (case.api, case.group)):
        yield ""
        yield report.paint("head", f"{api} · {group}")
        for case in cases:
            yield from _case(report, case, width)
    yield ""
    yield from _table(report, run)
    yield ""
    yield counts_line(run)


def _case(report: ProbeReport, case: CaseResult, width: int) -> Iterator[str]:
    marks = ASCII_MARKS if report.ascii_only else MARKS
    mark = report.paint(ROLES[case.verdict], marks[case.verdict])
    if case.verdict == "pass":
        yield f"  {mark} {case.name}"
        return
    verdict = report.paint(ROLES[case.verdict], f"{case.verdict:<11}")
    known = " (in the baseline)" if case.key in report.known and case.verdict == "fail" else ""
    first, *rest = _wrapped(report, f"{one_line(case.why)}{known}", width + _MARGIN + len("unsupported") + 2)
    yield f"  {mark} {case.name:<{width}}  {verdict}  {first}"
    yield from rest
    for client in case.breaks:
        first, *rest = _wrapped(report, f"breaks: {one_line(client)}", width + _MARGIN)
        yield from (" " * (width + _MARGIN) + first, *rest)
    if case.evidence:
        more = f" and {len(case.evidence) - _MOST_EVIDENCE} more" if len(case.evidence) > _MOST_EVIDENCE else ""
        places = ", ".join(map(one_line, case.evidence[:_MOST_EVIDENCE]))
        yield " " * (width + _MARGIN) + report.paint("quiet", places) + more


def _wrapped(report: ProbeReport, text: str, column: int) -> list[str]:
    """Return a text that begins at a column as lines that fit the terminal, the later ones indented; whole if there is none."""
    room = report.width - column
    if room < _NARROWEST:
        return [text]
    first, *rest = textwrap.wrap(text, room, break_on_hyphens=False, break_long_words=False) or [""]
    return [first, *(" " * column + line for line in rest)]


def _table(report: ProbeReport, run: ProbeRun) -> Iterator[str]:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for case in run.cases:
        counts.setdefault((case.api, case.group), Counter())[case.verdict] += 1
    shown = [verdict for verdict in VERDICTS if any(counter[verdict] for counter in counts.values())]
    labels = [f"{api} {group}" for api, group in counts]
    width = max(map(len, labels), default=0)
    yield report.paint("head", " " * width + "".join(f"  {verdict:>{len(verdict)}}" for verdict in shown))
    for label, counter in zip(labels, counts.values(), strict=True):
        yield (
            f"{label:<{width}}" + "".join(f"  {counter[verdict] or '':>{len(verdict)}}" for verdict in shown)
        ).rstrip()


def _matrix(report: ProbeReport) -> Iterator[str]:
    """Yield a column per endpoint, then the reasons of everything that is not passed."""
    marks = ASCII_MARKS if report.ascii_only else MARKS
    table = verdicts_by_case(report.runs)
    width = max(map(len, table), default=0)
    for number, run in enumerate(report.runs, 1):
        yield f"{number}  {report.paint('head', one_line(run.endpoint))}  {one_line(run.model or '')}  {counts_line(run)}"
    yield ""
    yield report.paint("head", " " * width + "".join(f"  {number}" for number in range(1, len(report.runs) + 1)))
    for key, cases in table.items():
        yield f"{key:<{width}}" + "".join(f"  {_mark(report, case, marks)}" for case in cases)
    for number, run in enumerate(report.runs, 1):
        rest = [case for case in run.cases if case.verdict != "pass"]
        if rest:
            yield ""
            yield report.paint("head", f"{number}  {one_line(run.endpoint)}")
            for case in rest:
                yield from _case(report, case, width)


def _mark(report: ProbeReport, case: CaseResult | None, marks: Mapping[str, str]) -> str:
    found = " " if case is None else marks[case.verdict]
    return report.paint(ROLES[case.verdict] if case is not None else "", found)
