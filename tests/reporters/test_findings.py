"""Each format of findings: what it escapes, what it counts, and that its consumers accept it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import jsonschema_rs
import orjson
import pytest

from streamkit.model.finding import Finding, Place
from streamkit.reporters import REPORTERS, LintReport
from streamkit.text import columns

EVIL = "50%,\r\n::error::owned \x1b]0;x\x07 <b>&\ud800"

ERROR = Finding(
    code="SCH303",
    name="wrong-object",
    severity="error",
    message="object is 7",
    place=Place(9, 120, 17, "$.object"),
    count=3,
    file="a b/x.sse",
    exchange=1,
    dialect="azure",
    breaks=("openai",),
)
WARNING = Finding(
    code="SSE120",
    name="missing-done",
    severity="warning",
    message=EVIL,
    place=Place(),
    count=1,
    file="a b/x.sse",
    exchange=2,
)
INFO = Finding(
    code="SSE108",
    name="comment-line",
    severity="info",
    message="a comment",
    place=Place(None, 5, 2),
    count=1,
    file="-",
    exchange=1,
)


def row(file: str, exchange: int) -> dict[str, object]:
    return {"file": file, "exchange": exchange, "api": "openai_chat", "dialect": None, "verdict": "complete"}


REPORT = LintReport(
    findings=[WARNING, ERROR, INFO],
    streams=[row("a b/x.sse", 1), row("a b/x.sse", 2), row("-", 1), row("clean.sse", 1)],
    manuals={"SCH303": "`object` is wrong.\n\nWhat it finds: it."},
    severities={"SCH303": "error", "SSE120": "warning", "SSE108": "info"},
    version="1.2",
)
CLEAN = LintReport(findings=[], streams=[row("clean.sse", 1)])


def written(name: str, report: LintReport = REPORT) -> str:
    findings = REPORTERS[name].findings
    assert findings is not None
    return findings(report)


# GitHub


def test_github_puts_errors_first_and_no_line_begins_with_stream_content() -> None:
    lines = written("github").split("\n")
    assert lines[0] == (
        "::error file=a b/x.sse,line=17,title=streamkit SCH303 wrong-object"
        "::event 9: object is 7 (3 times). Breaks: openai"
    )
    assert lines[1].startswith("::warning file=a b/x.sse,title=streamkit SSE120 missing-done::50%25,")
    assert lines[2].startswith("::notice file=-,line=2,")
    assert lines[3:] == [""]
    assert "\r" not in lines[1]
    assert "\x1b" not in lines[1]


def test_github_escapes_what_ends_a_property() -> None:
    odd = LintReport(
        findings=[Finding(code="X1", name="x", severity="error", message="m", file="a:b,c%d.sse")], streams=[]
    )
    assert "file=a%3Ab%2Cc%25d.sse," in written("github", odd)


# GitLab


def test_gitlab_has_the_fields_of_its_report_and_unique_fingerprints() -> None:
    issues = json.loads(written("gitlab", LintReport(findings=[ERROR, ERROR, WARNING], streams=[])))
    assert [issue["severity"] for issue in issues] == ["major", "major", "minor"]
    assert issues[0]["location"] == {"path": "a b/x.sse", "lines": {"begin": 17}}
    assert issues[2]["location"]["lines"] == {"begin": 1}
    assert len({issue["fingerprint"] for issue in issues}) == 3


def test_gitlab_numbers_equal_findings_after_the_first() -> None:
    [alone] = json.loads(written("gitlab", LintReport(findings=[ERROR], streams=[])))
    issues = json.loads(written("gitlab", LintReport(findings=[ERROR, WARNING, ERROR, ERROR], streams=[])))
    known = alone["fingerprint"]
    assert [issue["fingerprint"] for issue in issues if issue["severity"] == "major"] == [
        known,
        f"{known}-2",
        f"{known}-3",
    ]


# JUnit


def test_junit_has_a_case_a_stream_and_a_failure_a_finding_that_fails_the_run() -> None:
    suite = ElementTree.fromstring(written("junit").encode()).find("testsuite")
    assert suite is not None
    assert suite.attrib["tests"] == "4"
    assert suite.attrib["failures"] == "1"
    names = [case.attrib["name"] for case in suite]
    assert names == ["a b/x.sse", "a b/x.sse#2", "-", "clean.sse"]
    assert [len(case.findall("failure")) for case in suite] == [1, 0, 0, 0]
    assert "50%," in (suite[1].findtext("system-out") or "")


def test_junit_is_valid_xml_whatever_a_stream_contains() -> None:
    everything = "".join(map(chr, range(0x10000))) + "\U0001fffe\U0001f600"
    finding = Finding(
        code="SCH310",
        name="bad-role",
        severity="error",
        message=everything,
        place=Place(path=everything),
        file="x.sse",
        exchange=1,
    )
    suite = ElementTree.fromstring(written("junit", LintReport(findings=[finding], streams=[row("x.sse", 1)])).encode())
    assert "\\ufffe\\uffff" in suite.findall(".//failure")[0].attrib["message"]


def test_junit_fails_from_the_severity_that_the_run_fails_from() -> None:
    strict = LintReport(findings=[WARNING], streams=[row("a b/x.sse", 2)], fail_on="warning")
    assert 'failures="1"' in written("junit", strict)


# SARIF

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
# What the standard requires of the parts that are written, and what code scanning requires in addition.
SHAPE = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "rules"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string", "minLength": 1},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id", "shortDescription", "help", "defaultConfiguration"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "name": {"type": "string"},
                                                "shortDescription": TEXT,
                                                "help": TEXT,
                                                "defaultConfiguration": {
                                                    "type": "object",
                                                    "properties": {"level": LEVEL},
                                                },
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["ruleId", "ruleIndex", "message", "locations", "partialFingerprints"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": LEVEL,
                                "message": TEXT,
                                "occurrenceCount": {"type": "integer", "minimum": 1},
                                "partialFingerprints": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                                "locations": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "additionalProperties": False,
                                        "properties": {
                                            "logicalLocations": {
                                                "type": "array",
                                                "items": {
                                                    "type": "object",
                                                    "properties": {"fullyQualifiedName": {"type": "string"}},
                                                },
                                            },
                                            "physicalLocation": {
                                                "type": "object",
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "type": "object",
                                                        "properties": {
                                                            "uri": {"type": "string", "format": "uri-reference"}
                                                        },
                                                    },
                                                    "region": {
                                                        "type": "object",
                                                        "required": ["startLine"],
                                                        "properties": {"startLine": {"type": "integer", "minimum": 1}},
                                                    },
                                                },
                                            },
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("report", [REPORT, CLEAN], ids=["findings", "clean"])
def test_sarif_has_the_shape_of_the_standard(report: LintReport) -> None:
    checker = jsonschema_rs.Draft7Validator(SHAPE, validate_formats=True)
    assert [str(error) for error in checker.iter_errors(json.loads(written("sarif", report)))] == []


@pytest.mark.parametrize("report", [REPORT, CLEAN], ids=["findings", "clean"])
def test_sarif_passes_the_official_schema(report: LintReport) -> None:
    path = os.environ.get("STREAMKIT_SARIF_SCHEMA")
    if not path:
        pytest.skip("STREAMKIT_SARIF_SCHEMA does not name the schema of SARIF 2.1.0, which no Python package carries")
    # The schema's pattern of a language has a stray bracket, which strict engines reject.
    schema = json.loads(Path(path).read_text(encoding="utf-8").replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$"))
    checker = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
    assert [str(error) for error in checker.iter_errors(json.loads(written("sarif", report)))] == []


def test_sarif_names_rules_levels_places_and_counts() -> None:
    run = json.loads(written("sarif"))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("SSE120", "warning"),
        ("SCH303", "error"),
        ("SSE108", "note"),
    ]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    error = run["results"][1]
    assert error["occurrenceCount"] == 3
    assert error["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/x.sse"},
        "region": {"startLine": 17},
    }


def test_a_fingerprint_is_independent_of_lines_and_indices() -> None:
    def known(line: int, path: str, code: str = "SCH304") -> str:
        finding = Finding(
            code=code, name="n", severity="error", message="m", place=Place(1, 0, line, path), file="x.sse"
        )
        return str(json.loads(written("gitlab", LintReport(findings=[finding], streams=[])))[0]["fingerprint"])

    assert known(1, "$.choices[0].index") == known(80, "$.choices[7].index")
    assert known(1, "$.choices[0].index") != known(1, "$.choices[0].index", "SCH305")


# Text


def test_text_shows_no_control_characters() -> None:
    shown = written("text")
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\ud800" not in shown
    assert shown.splitlines()[-1] == (
        "1 error, 1 warning and 1 for information in 3 of 4 streams. `streamkit rule SCH303` explains a rule."
    )


@pytest.mark.parametrize(
    ("excerpt", "caret", "width", "shown"),
    [
        ('{"a":7}', (5, 6), 0, ['{"a":7}', "     ^"]),
        ('{"文字":7}', (6, 7), 0, ['{"文字":7}', "        ^"]),
        ('{"aaaaaaaaaaaaaaaaaaaaaaaa":7,"bbbbbbbbbbbbbbbbb":8}', (29, 30), 26, ['…aaaaa":7,"bbbbbbbb…', " " * 9 + "^"]),
        ('{"a":7,"bbbbbbbbbbbbbbbbbbbbbbbbbbb":8}', (5, 6), 26, ['{"a":7,"bbbbbbbbbbb…', "     ^"]),
        ('{"aaaaaaaaaaaaaaaaaaaaaaaaaaa":7}', (31, 32), 26, ['…aaaaaaaaaaaaaaa":7}', " " * 18 + "^"]),
        ('{"a":"文字文字文字文字文字文字"}', (5, 19), 26, ['…"文字文字文字文字…}', " " + "^" * 18]),
        ("no caret in forty characters, and no end", None, 26, ["no caret in forty c…"]),
    ],
)
def test_text_fits_an_excerpt_to_the_terminal_around_its_caret(
    excerpt: str, caret: tuple[int, int] | None, width: int, shown: list[str]
) -> None:
    found = Finding(
        code="SCH303",
        name="wrong-object",
        severity="error",
        message="m",
        file="x.sse",
        exchange=1,
        excerpt=excerpt,
        caret=caret,
    )
    lines = written("text", LintReport(findings=[found], streams=[row("x.sse", 1)], width=width)).splitlines()
    assert [line.removeprefix("    | ") for line in lines if line.startswith("    | ")] == shown
    assert all(sum(map(columns, line)) <= width for line in lines if width and line.startswith("    | "))


def test_text_without_findings() -> None:
    assert written("text", CLEAN) == "No findings in 1 stream.\n"


@pytest.mark.parametrize("name", ["text", "json", "jsonl", "github", "gitlab", "junit", "sarif"])
def test_every_format_can_be_written_to_a_file(name: str) -> None:
    assert written(name).encode("utf-8").decode("utf-8") == written(name)


@pytest.mark.parametrize("name", ["json", "gitlab", "sarif", "jsonl"])
def test_json_is_read_by_strict_parsers_whatever_a_stream_or_a_file_name_holds(name: str) -> None:
    text = "half \ud83d, whole \U0001f600, written \\ud83d, halves \udc00\ud83d"
    odd = Finding(
        code="SCH310",
        name="bad-role",
        severity="error",
        message=text,
        place=Place(path=text),
        file="no\udcfftext.sse",
        exchange=1,
    )
    report = orjson.loads(written(name, LintReport(findings=[odd], streams=[row(odd.file, 1)])))
    shown = "half \\ud83d, whole \U0001f600, written \\ud83d, halves \\udc00\\ud83d"
    holder = {
        "json": lambda: report["findings"][0]["message"],
        "jsonl": lambda: report["message"],
        "gitlab": lambda: report[0]["description"],
        "sarif": lambda: report["runs"][0]["results"][0]["message"]["text"],
    }[name]
    assert holder() == shown


def test_sarif_names_a_file_with_an_undecodable_name_by_its_bytes() -> None:
    odd = Finding(code="X1", name="x", severity="error", message="m", file="no\udcfftext.sse", exchange=1)
    assert '"no%FFtext.sse"' in written("sarif", LintReport(findings=[odd], streams=[]))
