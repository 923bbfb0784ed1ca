"""JSON lines: an object a finding, in order."""

from __future__ import annotations

from streamkit.reporters import LintReport, Reporter
from streamkit.reporters._finding_json import as_object
from streamkit.reporters._strict_json import dumps


def findings(report: LintReport) -> str:
    """One line a finding; nothing where there are none."""
    return "".join(dumps(as_object(finding)) + "\n" for finding in report.findings)


REPORTER = Reporter(name="jsonl", findings=findings, content="json")
