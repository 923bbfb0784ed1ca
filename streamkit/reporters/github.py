"""Annotations of GitHub Actions: one workflow command per finding, most severe first, because GitHub shows only ten per kind.

Messages contain text from models, and a line that begins with `::` is a command, so no such text may begin a line.
Source: docs.github.com, "Workflow commands for GitHub Actions"; the escapes are those of actions/toolkit.
"""

from __future__ import annotations

from collections.abc import Mapping

from streamkit.model.finding import SEVERITIES, Finding
from streamkit.reporters import LintReport, ProbeReport, Reporter
from streamkit.reporters._fingerprint import sentence
from streamkit.reporters._probe_rows import file_of, why_failed
from streamkit.text import one_line

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def findings(report: LintReport) -> str:
    """One line per finding."""
    worst_first = sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return "".join(map(_command, worst_first))


def probes(report: ProbeReport) -> str:
    """One line per case that is not passed: an error if it fails the run, a warning if it is flaky, else a notice."""
    lines = []
    for run in report.runs:
        for case in run.cases:
            if case.verdict != "pass":
                command = "error" if report.fails(case) else "warning" if case.verdict == "flaky" else "notice"
                properties = {"file": file_of(case), "title": f"streamkit probe {case.key}"}
                lines.append(_line(command, properties, f"{case.verdict}: {why_failed(case)} ({run.endpoint})"))
    return "".join(sorted(lines, key=lambda line: ["::er", "::wa", "::no"].index(line[:4])))


def _command(finding: Finding) -> str:
    place = finding.place
    properties = {
        "file": finding.file,
        "line": None if place.line is None else str(place.line),
        "title": f"streamkit {finding.code} {finding.name}",
    }
    where = f"event {place.event}: " if place.event is not None else ""
    return _line(_COMMANDS[finding.severity], properties, where + sentence(finding))


def _line(command: str, properties: Mapping[str, str | None], text: str) -> str:
    parameters = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{command} {parameters}::{_data(text)}\n"


def _data(text: str) -> str:
    return one_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


REPORTER = Reporter(name="github", findings=findings, probes=probes)
