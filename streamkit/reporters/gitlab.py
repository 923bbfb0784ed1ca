"""GitLab's code quality report: a JSON array of issues.

Source: docs.gitlab.com, "Code Quality", the report format: description, check_name, fingerprint, severity, location.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from streamkit.model.finding import Finding
from streamkit.reporters import LintReport, Reporter
from streamkit.reporters._fingerprint import fingerprint, sentence
from streamkit.reporters._strict_json import dumps

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def findings(report: LintReport) -> str:
    """Return an issue per finding. GitLab drops issues with the same fingerprint, so each has its own."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in report.findings:
        known = fingerprint(finding)
        seen[known] += 1
        issues.append(_issue(finding, known if seen[known] == 1 else f"{known}-{seen[known]}"))
    return dumps(issues, indent=2) + "\n"


def _issue(finding: Finding, known: str) -> dict[str, Any]:
    return {
        "description": sentence(finding),
        "check_name": finding.code,
        "fingerprint": known,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": finding.file.removeprefix("./"), "lines": {"begin": finding.place.line or 1}},
    }


REPORTER = Reporter(name="gitlab", findings=findings, content="json")
