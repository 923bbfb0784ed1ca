"""JSON lines: an object a finding, in order."""

from __future__ import annotations

import json

from streamkit.reporters._finding_json import as_object
from streamkit.reporters._reporter import LintReport, Reporter


def findings(report: LintReport) -> str:
    """One line a finding; nothing where there are none."""
    return "".join(json.dumps(as_object(finding)) + "\n" for finding in report.findings)


REPORTER = Reporter("jsonl", findings=findings)
