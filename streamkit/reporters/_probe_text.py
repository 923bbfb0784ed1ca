"""The verdicts of probe for a person: the cases by group, those that passed on one line, and a table of groups and APIs."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    width = max((len(case.name) for case in run.cases if case.verdict != "pass"), default=0)
    spaced = False
    for (api, group), grouped in groupby(run.cases, key=lambda case: (case.api, case.group)):
        cases = list(grouped)
        flawed = [case for case in cases if case.verdict != "pass"]
        if flawed or not spaced:
            yield ""
        yield from _group(
            report, f"{api} · {group}", flawed, [case.name for case in cases if case.verdict == "pass"], width
        )
        spaced = not flawed
    for apis in _columns(report, run):
        yield ""
        yield from _table(report, run, apis)
    yield ""
    yield counts_line(run)


def _group(
    report: ProbeReport, title: str, flawed: Sequence[CaseResult], passed: Sequence[str], width: int
) -> Iterator[str]:
    """Yield the cases of a group: on one line if all passed."""
    marks = ASCII_MARKS if report.ascii_only else MARKS
    mark = report.paint(ROLES["pass"], marks["pass"])
    column = len(title) + 4 if not flawed else 4
    first, *rest = _wrapped(report, ", ".join(passed), column)
    if not flawed:
        yield f"{report.paint('head', title)}  {mark} {first}"
    else:
        yield report.paint("head", title)
        for case in flawed:
            yield from _case(report, case, width)
        if passed:
            yield f"  {mark} {first}"
    yield from rest


def _case(report: ProbeReport, case: CaseResult, width: int) -> Iterator[str]:
    marks = ASCII_MARKS if report.ascii_only else MARKS
    mark = report.paint(ROLES[case.verdict], marks[case.verdict])
    verdict = report.paint(ROLES[case.verdict], f"{case.verdict:<11}")
    known = " (in the baseline)" if case.key in report.known and case.verdict == "fail" else ""
    first, *rest = _wrapped(report, f"{one_line(case.why)}{known}", width + _MARGIN + len("unsupported") + 2)
    yield f"  {mark} {case.name:<{width}}  {verdict}  {first}"
    yield from rest
    for place, client in enumerate(case.breaks):
        label = "breaks: " if place == 0 else " " * len("breaks: ")
        first, *rest = _wrapped(report, one_line(client), width + _MARGIN + len(label))
        yield from (" " * (width + _MARGIN) + label + first, *rest)
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


def _columns(report: ProbeReport, run: ProbeRun) -> list[list[str]]:
    """Return the APIs in as many parts as there must be tables, so that each fits the terminal."""
    apis = list(dict.fromkeys(case.api for case in run.cases))
    widths = {api: max(len(api), *(len(cell) for cell in _cells(report, run, api).values())) + 2 for api in apis}
    groups = max((len(case.group) for case in run.cases), default=0)
    parts: list[list[str]] = []
    left = 0
    for api in apis:
        if not parts or (report.width and widths[api] > left):
            parts.append([])
            left = report.width - groups
        parts[-1].append(api)
        left -= widths[api]
    return parts


def _cells(report: ProbeReport, run: ProbeRun, api: str) -> dict[str, str]:
    """Return how many cases of each group have each verdict, with marks: `1✗ 3✓`."""
    marks = ASCII_MARKS if report.ascii_only else MARKS
    counts: dict[str, Counter[str]] = {}
    for case in run.cases:
        if case.api == api:
            counts.setdefault(case.group, Counter())[case.verdict] += 1
    shown = [verdict for verdict in VERDICTS if verdict != "pass"] + ["pass"]
    return {
        group: " ".join(f"{counter[verdict]}{marks[verdict]}" for verdict in shown if counter[verdict])
        for group, counter in counts.items()
    }


def _table(report: ProbeReport, run: ProbeRun, apis: Sequence[str]) -> Iterator[str]:
    """Yield a row for each group of these APIs."""
    columns = {api: _cells(report, run, api) for api in apis}
    widths = {api: max(len(api), *map(len, cells.values())) for api, cells in columns.items()}
    groups = sorted({group for cells in columns.values() for group in cells})
    margin = max(map(len, groups))
    yield report.paint("head", " " * margin + "".join(f"  {api:<{widths[api]}}" for api in apis).rstrip())
    for group in groups:
        cells = "".join(f"  {columns[api].get(group, ''):<{widths[api]}}" for api in apis)
        yield f"{group:<{margin}}{cells}".rstrip()


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
