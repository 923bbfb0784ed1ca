"""SARIF 2.1.0, for code scanning.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; docs.github.com, "SARIF support for code
scanning", for what GitHub requires: a rule per code, a level, a location with a line, fingerprints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from streamkit.model.finding import Finding
from streamkit.reporters import LintReport, Reporter
from streamkit.reporters._fingerprint import fingerprint, sentence
from streamkit.reporters._strict_json import dumps

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def findings(report: LintReport) -> str:
    """Return one run, with the violated rules and one result per finding."""
    codes = sorted({finding.code for finding in report.findings})
    driver: dict[str, Any] = {"name": "streamkit", "rules": [_rule(report, code) for code in codes]}
    if report.version:
        driver["version"] = report.version
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes) for finding in report.findings],
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(report: LintReport, code: str) -> dict[str, Any]:
    name = next(finding.name for finding in report.findings if finding.code == code)
    manual = report.manuals.get(code, "")
    summary = manual.partition("\n")[0] or name
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": summary},
        "help": {"text": manual or summary, "markdown": manual or summary},
        "defaultConfiguration": {"level": _LEVELS[report.severities.get(code, "error")]},
    }


def _result(finding: Finding, codes: Sequence[str]) -> dict[str, Any]:
    place = finding.place
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.file)}}
    if place.line is not None:
        physical["region"] = {"startLine": place.line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if place.event is not None:
        where = f"exchange {finding.exchange}, event {place.event}" + (f", {place.path}" if place.path else "")
        location["logicalLocations"] = [{"fullyQualifiedName": where, "kind": "element"}]
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": sentence(finding)},
        "locations": [location],
        "occurrenceCount": finding.count,
        "partialFingerprints": {"streamkit/v1": fingerprint(finding)},
    }


def _uri(file: str) -> str:
    """Return a file's path as a URI; a relative path becomes a relative URI."""
    path = quote(file.removeprefix("./").replace("\\", "/"), safe="/", errors="surrogateescape")
    return f"file://{path}" if path.startswith("/") else path


REPORTER = Reporter(name="sarif", findings=findings, content="json")
