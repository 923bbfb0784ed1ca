"""JUnit XML: one test case per stream; findings that fail the run are its failures, others are its output."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from streamkit.model.finding import Finding
from streamkit.reporters import LintReport, Reporter, Row
from streamkit.reporters._fingerprint import sentence
from streamkit.text import one_line


def findings(report: LintReport) -> str:
    """Return one suite. Control characters, which XML does not allow, are shown as escapes."""
    cases = [_case(report, row) for row in report.streams]
    failed = sum(case.find("failure") is not None for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failed), "errors": "0"}
    suite = ElementTree.Element("testsuite", {"name": "streamkit lint", **counts})
    suite.extend(cases)
    root = ElementTree.Element("testsuites", counts)
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


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


REPORTER = Reporter(name="junit", findings=findings)
