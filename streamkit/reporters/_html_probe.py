"""The verdicts of probe as a page: a matrix with a column per endpoint, and the reason of each verdict that is not a pass."""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.probing import CaseResult, ProbeRun
from streamkit.reporters import ProbeReport
from streamkit.reporters._html_page import lines, page, table, text
from streamkit.reporters._probe_rows import MARKS, counts_line, run_object, verdicts_by_case

_CLASSES = {"pass": "good", "fail": "bad", "error": "dim", "unsupported": "dim"}


def probe_page(report: ProbeReport) -> str:
    """Return the page."""
    table_of_cases = verdicts_by_case(report.runs)
    endpoints = ", ".join(run.endpoint for run in report.runs)
    cells = [
        [f'<td class="name">{text(key)}</td>', *(_cell(case) for case in cases)]
        for key, cases in table_of_cases.items()
    ]
    numbers = [str(number) for number in range(1, len(report.runs) + 1)]
    parts = [
        "<h1>streamkit probe</h1>",
        *(
            f'<p>{number} <b>{text(run.endpoint)}</b> <span class="dim">{text(run.model or "")}</span>: {text(counts_line(run))}</p>'
            for number, run in zip(numbers, report.runs, strict=True)
        ),
        table(["Case", *numbers], cells, left=1 + len(report.runs), sortable=True),
        *(part for number, run in zip(numbers, report.runs, strict=True) for part in _reasons(report, run, number)),
    ]
    data = {"version": 1, "runs": [run_object(run) for run in report.runs]}
    return page(f"streamkit probe: {endpoints}", parts, data)


def _cell(case: CaseResult | None) -> str:
    if case is None:
        return '<td class="l"></td>'
    kind = _CLASSES.get(case.verdict, "")
    return f'<td class="l {kind}" title="{text(case.why)}">{MARKS[case.verdict]} {case.verdict}</td>'


def _reasons(report: ProbeReport, run: ProbeRun, number: str) -> Iterator[str]:
    yield f"<h2>{number} {text(run.endpoint)}</h2>"
    for case in run.cases:
        if case.verdict != "pass":
            yield f"<details><summary>{MARKS[case.verdict]} {text(case.key)}: {case.verdict}. {text(case.why)}</summary>"
            yield "".join(f"<p>breaks: {text(client)}</p>" for client in case.breaks)
            yield f'<p class="dim">{text(", ".join(case.evidence))}</p>'
            yield f"<pre>{lines(report.manuals.get(case.key, ''))}</pre></details>"
