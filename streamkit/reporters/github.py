"""Annotations of GitHub Actions: one workflow command per finding, most severe first, because GitHub shows only ten per kind.

Messages contain text from models, and a line that begins with `::` is a command, so no such text may begin a line.
Source: docs.github.com, "Workflow commands for GitHub Actions"; the escapes are those of actions/toolkit.
"""

from __future__ import annotations

from streamkit.model.finding import SEVERITIES, Finding
from streamkit.reporters import LintReport, Reporter
from streamkit.reporters._fingerprint import sentence
from streamkit.text import one_line

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def findings(report: LintReport) -> str:
    """One line per finding."""
    gravest = sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return "".join(map(_command, gravest))


def _command(finding: Finding) -> str:
    place = finding.place
    properties = {
        "file": finding.file,
        "line": None if place.line is None else str(place.line),
        "title": f"streamkit {finding.code} {finding.name}",
    }
    parameters = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    where = f"event {place.event}: " if place.event is not None else ""
    return f"::{_COMMANDS[finding.severity]} {parameters}::{_data(where + sentence(finding))}\n"


def _data(text: str) -> str:
    return one_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


REPORTER = Reporter(name="github", findings=findings)
