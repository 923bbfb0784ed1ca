"""JSON Lines: an object per finding, or per row, in order."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.reporters import LintReport, Reporter, Row
from streamkit.reporters._finding_json import finding_object
from streamkit.reporters._strict_json import dumps, dumps_fast


def findings(report: LintReport) -> str:
    """One line per finding."""
    return "".join(dumps(finding_object(finding)) + "\n" for finding in report.findings)


def rows(given: Sequence[Row]) -> str:
    """One line per row."""
    return "".join(dumps_fast(row) + "\n" for row in given)


REPORTER = Reporter(name="jsonl", findings=findings, rows=rows, content="json")
