"""JSON Lines: an object per finding, in order."""

from __future__ import annotations

from streamkit.reporters import LintReport, Reporter
from streamkit.reporters._finding_json import finding_object
from streamkit.reporters._strict_json import dumps


def findings(report: LintReport) -> str:
    """One line per finding."""
    return "".join(dumps(finding_object(finding)) + "\n" for finding in report.findings)


REPORTER = Reporter(name="jsonl", findings=findings, content="json")
