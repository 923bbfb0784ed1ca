"""The conformance streams of AG-UI's specification: what a client must reject has an error, what it must accept has none, and the
messages and the state that it must have are those that are reassembled.

    STREAMKIT_AG_UI_SPEC=FOLDER pytest tests/apis/test_ag_ui_conformance.py

FOLDER is the folder `spec` of the specification's repository, or one like it: the streams are in `VERSION/conformance/streams`, and
those of the latest version are read; its draft may say otherwise.
Their `expect` is that of the first-party client in TypeScript.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import assemble, interpret
from streamkit.model.exchange import End, Exchange, Frame, Frames, Response
from streamkit.rules import lint, selected

SPEC = os.environ.get("STREAMKIT_AG_UI_SPEC", "")
VERSIONS = sorted(Path(SPEC).glob("[0-9]*/conformance/streams")) if SPEC else []
FILES = sorted(VERSIONS[-1].glob("*.json")) if VERSIONS else []

REPORTED = {"SEQ421"}
"""Findings of an accepted stream that tell what it says: the run reports an error."""

ELSEWHERE = {
    "truncated-run-reported-as-completed": "the specification calls a stream without an end truncated, and so does lint",
    "unknown-enum-value-role-fatal": "the specification asks clients to ignore the role; lint reports it for those that do not",
}
"""Streams whose expectation is that of one client alone, and why."""


def fixture(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def interpreted(given: dict[str, Any]) -> Any:
    body = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in given["stream"])
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


@pytest.mark.skipif(not SPEC, reason="STREAMKIT_AG_UI_SPEC does not name a folder")
def test_there_are_streams() -> None:
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parents[2].name}/{path.stem}" for path in FILES])
def test_a_stream_of_the_specification(path: Path) -> None:
    given = fixture(path)
    if path.stem in ELSEWHERE:
        pytest.skip(ELSEWHERE[path.stem])
    if not given["stream"] or "maxProtocolVersion" in given.get("client", {}):
        pytest.skip("it is about what a client sends, or how one for an older version reads")
    stream, expected = interpreted(given), given["expect"]
    errors = {finding.code for finding in lint(stream, selected()) if finding.severity == "error"} - REPORTED
    assert bool(errors) == (expected.get("outcome") == "failed"), errors or "no error is found"
    if expected.get("outcome") == "failed":
        return
    made = assemble(stream).object
    if "state" in expected:
        assert holds(expected["state"], made.get("state")), made
    if "messages" in expected:
        before = len(given.get("input", {}).get("messages", ()))
        assert holds(expected["messages"][before:], made.get("messages", [])), made
    findings = list(lint(stream, selected(extend=("SCH320",))))
    if expected.get("noWarnings"):
        assert {finding.code for finding in findings if finding.severity != "info"} <= REPORTED
    if expected.get("warnings") and "protocolVersion" not in str(given["stream"]):
        assert findings
