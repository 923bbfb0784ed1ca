"""The conformance streams of AG-UI's specification, version 1.1: what a client must reject has an error, what it must accept has none,
and the messages and the state that it must have are those that are reassembled.

`ag_ui_conformance.jsonl` has all 68 with their names there, with IDs and texts of our own. A copy of the specification is checked with

    STREAMKIT_AG_UI_SPEC=FOLDER pytest tests/apis/test_ag_ui_conformance.py

FOLDER is the folder `spec` of its repository: the streams are in `VERSION/conformance/streams`, and those of the latest version are
read; its draft may say otherwise. What is expected is what the first-party client in TypeScript does. What that client sends itself is
not checked.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import assemble, interpret
from streamkit.model.exchange import End, Exchange, Frame, Frames, Response
from streamkit.model.stream import Stream
from streamkit.rules import lint, selected

SPEC = os.environ.get("STREAMKIT_AG_UI_SPEC", "")
VERSIONS = sorted(Path(SPEC).glob("[0-9]*/conformance/streams")) if SPEC else []
FILES = sorted(VERSIONS[-1].glob("*.json")) if VERSIONS else []
KEPT = Path(__file__).with_name("ag_ui_conformance.jsonl")

REPORTED = {"SEQ421"}
"""Findings of an accepted stream that tell what it says: the run reports an error."""

ELSEWHERE = {
    "truncated-run-reported-as-completed": "the specification calls a stream without an end truncated, and so does lint",
}
"""Streams whose expectation is that of one client alone, and why."""


def _cases() -> list[dict[str, Any]]:
    kept = [json.loads(line) for line in KEPT.read_text(encoding="utf-8").splitlines()]
    given = [json.loads(path.read_text(encoding="utf-8")) for path in FILES]
    copied = [
        {
            "case": f"{VERSIONS[-1].parents[1].name}/{one['name']}",
            "client": one.get("client", {}),
            "before": len(one.get("input", {}).get("messages", ())),
            "events": one["stream"],
            "expect": one["expect"],
        }
        for one in given
    ]
    return kept + copied


def interpreted(events: list[Any]) -> Stream:
    body = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)
    response = Response(0, 200, headers=(("content-type", "text/event-stream"),))
    frames = Frames.of([Frame(body.encode(), 0)])
    exchange = Exchange(frames=frames, response=response, end=End(at=0, reason="eof"))
    return interpret(exchange, api="ag_ui", judge=True)


def holds(expected: Any, given: Any) -> bool:
    """Return whether a value is as expected: of objects the fields that are named, of arrays all entries."""
    if isinstance(expected, dict):
        return isinstance(given, dict) and all(holds(value, given.get(key)) for key, value in expected.items())
    if isinstance(expected, list):
        same = isinstance(given, list) and len(given) == len(expected)
        return same and all(map(holds, expected, given))
    return bool(expected == given)


def test_there_are_streams() -> None:
    assert len(KEPT.read_text(encoding="utf-8").splitlines()) == 68
    assert FILES or not SPEC


@pytest.mark.parametrize("given", _cases(), ids=lambda given: str(given["case"]))
def test_a_stream_of_the_specification(given: dict[str, Any]) -> None:
    name = given["case"].rpartition("/")[2]
    if name in ELSEWHERE:
        pytest.skip(ELSEWHERE[name])
    stream, expected = interpreted(given["events"]), given["expect"]
    findings = {finding.code: finding.severity for finding in lint(stream, selected())}
    errors = {code for code, severity in findings.items() if severity == "error"} - REPORTED
    assert bool(errors) == (expected.get("outcome") == "failed"), errors or "no error is found"
    if expected.get("outcome") == "failed":
        return
    made = assemble(stream).object
    if "state" in expected:
        assert holds(expected["state"], made.get("state", "none")), made
    if "messages" in expected:
        # Clients have the messages that they sent before those that the run added.
        assert holds(expected["messages"][given.get("before", 0) :], made.get("messages", [])), made
    if expected.get("noWarnings"):
        assert {code for code, severity in findings.items() if severity != "info"} <= REPORTED
    # A client for an older version, and one that is told of a version, warns of what it does itself.
    if expected.get("warnings") and not given.get("client") and "protocolVersion" not in str(given["events"]):
        assert list(lint(stream, selected(extend=("SCH320",))))
