"""SARIF 2.1.0, for code scanning.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; docs.github.com, "SARIF support for code
scanning", for what GitHub requires: a rule per code, a level, a location with a line, fingerprints.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from streamkit.model.finding import Finding
from streamkit.model.probing import CaseResult
from streamkit.reporters import LintReport, ProbeReport, Reporter
from streamkit.reporters._fingerprint import fingerprint, sentence
from streamkit.reporters._probe_rows import file_of, why_failed
from streamkit.reporters._strict_json import dumps

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_WORDS = re.compile("[/_-]")
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def findings(report: LintReport) -> str:
    """Return one run, with the violated rules and one result per finding."""
    codes = sorted({finding.code for finding in report.findings})
    rules = [_rule(report, code) for code in codes]
    return _document(rules, [_result(finding, codes) for finding in report.findings], report.version)


def probes(report: ProbeReport) -> str:
    """One run with the cases that are not passed as rules, and a result each."""
    cases = [(run.endpoint, case) for run in report.runs for case in run.cases if case.verdict != "pass"]
    keys = sorted({case.key for _, case in cases})
    rules = [
        _manual(key, "".join(w.capitalize() for w in _WORDS.split(key)), report.manuals.get(key, ""), "error")
        for key in keys
    ]
    return _document(rules, [_case(report, endpoint, case, keys) for endpoint, case in cases], report.version)


def _case(report: ProbeReport, endpoint: str, case: CaseResult, keys: Sequence[str]) -> dict[str, Any]:
    level = "error" if report.fails(case) else "warning" if case.verdict in ("fail", "flaky") else "note"
    location = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(file_of(case) or ".")}, "region": {"startLine": 1}}
    }
    return {
        "ruleId": case.key,
        "ruleIndex": keys.index(case.key),
        "level": level,
        "message": {"text": f"{case.verdict}: {why_failed(case)} ({endpoint})"},
        "locations": [location],
        "partialFingerprints": {"streamkit/v1": f"{endpoint} {case.key}"},
    }


def _document(rules: Sequence[dict[str, Any]], results: Sequence[dict[str, Any]], version: str) -> str:
    driver: dict[str, Any] = {"name": "streamkit", "rules": rules}
    if version:
        driver["version"] = version
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(report: LintReport, code: str) -> dict[str, Any]:
    name = next(finding.name for finding in report.findings if finding.code == code)
    words = "".join(word.capitalize() for word in name.split("-"))
    return _manual(code, words, report.manuals.get(code, ""), _LEVELS[report.severities.get(code, "error")], name)


def _manual(code: str, name: str, manual: str, level: str, fallback: str = "") -> dict[str, Any]:
    summary = manual.partition("\n")[0] or fallback or code
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": summary},
        "help": {"text": manual or summary, "markdown": manual or summary},
        "defaultConfiguration": {"level": level},
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


REPORTER = Reporter(name="sarif", findings=findings, probes=probes, content="json")
