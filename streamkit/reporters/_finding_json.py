"""A finding as the JSON object that other programs read: its fields are a contract and never change within a version."""

from __future__ import annotations

from typing import Any

from streamkit.model.finding import Finding
from streamkit.tool import rule_page


def finding_object(finding: Finding) -> dict[str, Any]:
    """Return the finding's fields. `exchange`, `line` and `event` count from 1, `byte` from 0; what does not apply is null."""
    return {
        "file": finding.file,
        "exchange": finding.exchange,
        "line": finding.place.line,
        "event": finding.place.event,
        "byte": finding.place.byte,
        "path": finding.place.path,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "count": finding.count,
        "dialect": finding.dialect or None,
        "breaks": list(finding.breaks),
        "url": rule_page(finding.code) if finding.code != "LINT000" else None,
    }
