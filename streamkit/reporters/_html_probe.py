"""The verdicts of probe as a page: the endpoints, a matrix of groups, one of cases with a column per endpoint, and the reason of each
verdict that is not a pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from streamkit.model.probing import VERDICTS, CaseResult, ProbeRun
from streamkit.reporters import ProbeReport
from streamkit.reporters._html_page import lines, page, table, text
from streamkit.reporters._probe_rows import MARKS, run_object, verdicts_by_case

_CLASSES = {"pass": "good", "fail": "bad", "deviates": "warn", "flaky": "warn", "error": "dim", "unsupported": "dim"}


def probe_page(report: ProbeReport) -> str:
    """Return the page."""
    runs = report.runs
    numbers = [str(number) for number in range(1, len(runs) + 1)]
    cases = [_case_row(key, results) for key, results in verdicts_by_case(runs).items()]
    parts = [
        "<h1>streamkit probe</h1>",
        *_endpoints(runs),
        "<h2>Groups</h2>",
        table(["Group", *numbers], _group_rows(runs), left=1 + len(runs)),
        "<h2>Cases</h2>",
        table(["Case", *numbers], cases, left=1 + len(runs), sortable=True),
        *(part for number, run in enumerate(runs, 1) for part in _reasons(report, run, number)),
    ]
    data = {"version": 1, "runs": [run_object(run) for run in runs]}
    return page(f"streamkit probe: {', '.join(run.endpoint for run in runs)}", parts, data)


def _endpoints(runs: Iterable[ProbeRun]) -> Iterator[str]:
    """Yield a line for each endpoint, with the number of its column."""
    for number, run in enumerate(runs, 1):
        model = f'<span class="dim">{text(run.model)}</span> ' if run.model else ""
        counts = _counts(run.cases, words=True)
        yield f'<p class="verdict">{number} {text(run.endpoint)} {model}</p><p>{counts}</p>'


def _counts(cases: Iterable[CaseResult], *, words: bool = False) -> str:
    """Return how many cases have each verdict, each number in its color."""
    counts = Counter(case.verdict for case in cases)
    return " ".join(
        f'<span class="{_CLASSES[verdict]}">{MARKS[verdict]} {counts[verdict]}{f" {verdict}" if words else ""}</span>'
        for verdict in VERDICTS
        if counts[verdict]
    )


def _group_rows(runs: Iterable[ProbeRun]) -> list[list[str]]:
    """Return a row for each group of cases, with the verdicts of each endpoint, of all APIs together."""
    names = sorted({case.group for run in runs for case in run.cases})
    return [
        [text(name), *(_counts(case for case in run.cases if case.group == name) for run in runs)] for name in names
    ]


def _case_row(key: str, results: list[CaseResult | None]) -> list[str]:
    return [text(key), *(_cell(result, f"{number}-{key}") for number, result in enumerate(results, 1))]


def _cell(case: CaseResult | None, place: str) -> str:
    """Return a verdict; one that is not a pass leads to its reason at `place`."""
    if case is None:
        return '<td class="l"></td>'
    verdict = f"{MARKS[case.verdict]} {case.verdict}"
    shown = verdict if case.verdict == "pass" else f'<a href="#{text(place)}">{verdict}</a>'
    return f'<td class="l {_CLASSES[case.verdict]}" title="{text(case.why)}">{shown}</td>'


def _reasons(report: ProbeReport, run: ProbeRun, number: int) -> Iterator[str]:
    flawed = [case for case in run.cases if case.verdict != "pass"]
    if flawed:
        yield f"<h2>{number} {text(run.endpoint)}</h2>"
    for case in flawed:
        mark = f'<span class="{_CLASSES[case.verdict]}">{MARKS[case.verdict]} {case.verdict}</span>'
        yield f'<details id="{text(f"{number}-{case.key}")}"><summary>{mark} <b>{text(case.key)}</b>: {text(case.why)}</summary>'
        yield "".join(f"<p>breaks: {text(client)}</p>" for client in case.breaks)
        yield f'<p class="dim">{text(", ".join(case.evidence))}</p>'
        yield f"<pre>{lines(report.manuals.get(case.key, ''))}</pre></details>"
