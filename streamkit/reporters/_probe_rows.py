"""The verdicts of probe as rows: for tables of all formats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from streamkit.model.probing import VERDICTS, CaseResult, ProbeRun

MARKS: Mapping[str, str] = {"pass": "✓", "fail": "✗", "deviates": "~", "unsupported": "-", "flaky": "?", "error": "!"}
ASCII_MARKS: Mapping[str, str] = {**MARKS, "pass": "+", "fail": "x"}
ROLES: Mapping[str, str] = {
    "pass": "good",
    "fail": "error",
    "deviates": "warning",
    "unsupported": "quiet",
    "flaky": "warning",
    "error": "error",
}
"""The role of each verdict, for its color."""


def run_object(run: ProbeRun) -> dict[str, Any]:
    """Return a run as JSON has it."""
    return {"endpoint": run.endpoint, "model": run.model, "cases": [case_object(case) for case in run.cases]}


def case_object(case: CaseResult) -> dict[str, Any]:
    """Return a case as JSON has it."""
    return {
        "name": case.name,
        "group": case.group,
        "api": case.api,
        "verdict": case.verdict,
        "why": case.why,
        "breaks": list(case.breaks),
        "evidence": list(case.evidence),
    }


def why_failed(case: CaseResult) -> str:
    """Return why a case has its verdict, and which clients break."""
    return case.why + (f"; breaks: {'; '.join(case.breaks)}" if case.breaks else "")


def file_of(case: CaseResult) -> str:
    """Return the file of the first evidence; empty if there is none."""
    return case.evidence[0].rpartition("#")[0] if case.evidence else ""


def case_rows(run: ProbeRun) -> Iterator[tuple[CaseResult, list[str]]]:
    """Yield each case with its row: API, group, name, reason, evidence."""
    for case in run.cases:
        yield case, [case.api, case.group, case.name, case.why, ", ".join(case.evidence)]


def counts_line(run: ProbeRun) -> str:
    """Return how many cases have each verdict: `40 pass, 2 fail`."""
    counts = Counter(case.verdict for case in run.cases)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])


def heads(runs: Sequence[ProbeRun]) -> list[str]:
    """Return the heads of a matrix."""
    return ["Case", *(f"{run.endpoint} {run.model or ''}".strip() for run in runs)]


def verdicts_by_case(runs: Sequence[ProbeRun]) -> dict[str, list[CaseResult | None]]:
    """Return the results of each case in all runs; None where a run does not have it."""
    tables = [{case.key: case for case in run.cases} for run in runs]
    keys = dict.fromkeys(key for table in tables for key in table)
    return {key: [table.get(key) for table in tables] for key in keys}


def matrix_rows(runs: Sequence[ProbeRun], marks: Mapping[str, str]) -> list[list[str]]:
    """Return a row per case: its key, then the mark and the verdict of each endpoint."""
    return [
        [key, *("" if case is None else f"{marks[case.verdict]} {case.verdict}" for case in cases)]
        for key, cases in verdicts_by_case(runs).items()
    ]
