"""JUnit XML: one test case per stream; findings that fail the run are its failures, others are its output."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from streamkit.model.finding import Finding
from streamkit.model.probing import CaseResult, ProbeRun
from streamkit.reporters import LintReport, ProbeReport, Reporter, Row
from streamkit.reporters._fingerprint import sentence
from streamkit.reporters._probe_rows import why_failed
from streamkit.text import one_line


def findings(report: LintReport) -> str:
    """Return one suite. Control characters, which XML does not allow, are shown as escapes."""
    return _document([("streamkit lint", [_case(report, row) for row in report.streams])])


def probes(report: ProbeReport) -> str:
    """Return one suite per endpoint, with one test case per case. What an endpoint does not support is skipped."""
    return _document(
        [
            (f"streamkit probe {one_line(run.endpoint)}", [_probe(report, run, case) for case in run.cases])
            for run in report.runs
        ]
    )


def _probe(report: ProbeReport, run: ProbeRun, result: CaseResult) -> ElementTree.Element:
    case = ElementTree.Element("testcase", {"name": result.name, "classname": f"{result.api}.{result.group}"})
    text = one_line(f"{result.verdict}: {why_failed(result)}" if result.why else result.verdict)
    if report.fails(result):
        ElementTree.SubElement(case, "failure", {"type": "fail", "message": one_line(result.why)}).text = text
    elif result.verdict == "error":
        ElementTree.SubElement(case, "error", {"type": "error", "message": one_line(result.why)}).text = text
    elif result.verdict == "unsupported":
        ElementTree.SubElement(case, "skipped", {"message": one_line(result.why)})
    elif result.verdict != "pass":
        ElementTree.SubElement(case, "system-out").text = text
    return case


def _document(suites: Sequence[tuple[str, Sequence[ElementTree.Element]]]) -> str:
    root = ElementTree.Element("testsuites", _counts([case for _, cases in suites for case in cases]))
    for name, cases in suites:
        suite = ElementTree.SubElement(root, "testsuite", {"name": name, **_counts(cases)})
        suite.extend(cases)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _counts(cases: Sequence[ElementTree.Element]) -> dict[str, str]:
    failures, errors = (sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error"))
    return {"tests": str(len(cases)), "failures": str(failures), "errors": str(errors)}


def _case(report: LintReport, row: Row) -> ElementTree.Element:
    name = one_line(str(row["file"])) + (f"#{row['exchange']}" if row["exchange"] > 1 else "")
    case = ElementTree.Element("testcase", {"name": name, "classname": f"streamkit.{row['api']}"})
    own = [found for found in report.findings if (found.file, found.exchange) == (row["file"], row["exchange"])]
    for finding in filter(report.fails, own):
        attributes = {"type": f"{finding.code} {finding.name}", "message": one_line(finding.message)}
        ElementTree.SubElement(case, "failure", attributes).text = _line(finding)
    _output(case, [finding for finding in own if not report.fails(finding)])
    return case


def _output(case: ElementTree.Element, others: Sequence[Finding]) -> None:
    if others:
        ElementTree.SubElement(case, "system-out").text = "\n".join(map(_line, others))


def _line(finding: Finding) -> str:
    line = f":{finding.place.line}" if finding.place.line is not None else ""
    path = f" {one_line(finding.place.path)}" if finding.place.path else ""
    return f"{one_line(finding.file)}{line}:{path} {finding.code} {finding.severity}: {one_line(sentence(finding))}"


REPORTER = Reporter(name="junit", findings=findings, probes=probes)
