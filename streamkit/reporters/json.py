"""JSON: one document, for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streamkit.reporters import LintReport, ProbeReport, Reporter, Row, StatsReport
from streamkit.reporters._finding_json import finding_object
from streamkit.reporters._probe_rows import run_object
from streamkit.reporters._strict_json import dumps, dumps_fast

VERSION = 1


def rows(given: Sequence[Row]) -> str:
    """Return an array of objects."""
    return dumps_fast(list(given), indent=True) + "\n"


def stats(report: StatsReport) -> Iterator[str]:
    """Yield `{"version":1,"streams":[…],"summary":{…}}` with one stream per line, each as soon as it is measured."""
    yield f'{{"version":{VERSION},"streams":['
    between = "\n"
    for row in report.streams:
        yield between + dumps_fast(row)
        between = ",\n"
    summary, *groups = report.groups()
    whole = {**summary, "groups": groups} if groups else dict(summary)
    yield '\n],"summary":' + dumps_fast(whole) + "}\n"


def findings(report: LintReport) -> str:
    """Return `{"version":1,"findings":[…],"streams":[…]}`. A lone surrogate in a stream's text is shown as its escape."""
    document = {
        "version": VERSION,
        "findings": [finding_object(finding) for finding in report.findings],
        "streams": [dict(row) for row in report.streams],
        "passed_over": report.plain_responses,
    }
    return dumps(document, indent=2) + "\n"


def probes(report: ProbeReport) -> str:
    """Return `{"version":1,"endpoint","model","cases":[…]}`; for several endpoints `{"version":1,"runs":[…]}` with one such object each."""
    objects = [run_object(run) for run in report.runs]
    document = objects[0] if len(objects) == 1 else {"runs": objects}
    return dumps({"version": VERSION, **document}, indent=2) + "\n"


REPORTER = Reporter(name="json", findings=findings, rows=rows, stats=stats, probes=probes, content="json")
