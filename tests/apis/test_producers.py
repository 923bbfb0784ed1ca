"""Streams of real producers: as their page describes them, and reassembled as the client of their protocol does."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import Incremental, assemble, interpret
from streamkit.formats import read
from streamkit.model.exchange import Exchange, Frame, Frames
from streamkit.rules import lint, selected
from tests.clients.environments import is_made, make
from tests.clients.reassembly import PRODUCERS, REFEREES, Referee, client_of, measured

ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \|[^|]*\| ([\w-]+) \|([^|]*)\|$", re.MULTILINE)
ROWS = {
    name: (verdict, findings.split())
    for name, _, verdict, findings in ROW.findall((PRODUCERS / "README.md").read_text(encoding="utf-8"))
}
MEASURED = {referee.client: json.loads(referee.data.read_text(encoding="utf-8")) for referee in REFEREES}
PARTIAL = {"ag_ui", "langgraph", "mcp"}
"""The APIs whose clients keep only a part of the object."""
CASES = [
    (referee.api, name, result) for referee in REFEREES for name, result in MEASURED[referee.client]["streams"].items()
]


def exchange(name: str) -> Exchange:
    [found] = read(str(PRODUCERS / name))
    return found


def test_every_stream_has_its_row_and_its_measurement() -> None:
    files = {str(path.relative_to(PRODUCERS)) for path in PRODUCERS.glob("*/*")}
    assert files == set(ROWS) == {f"{api}/{name}" for api, name, _ in CASES}


@pytest.mark.parametrize("name", ROWS)
def test_a_stream_is_as_its_row_describes_it(name: str) -> None:
    stream = interpret(exchange(name), judge=True)
    found = {finding.code for finding in lint(stream, selected()) if finding.severity != "info"}
    assert (stream.api, stream.verdict, sorted(found)) == (Path(name).parent.name, *ROWS[name])


@pytest.mark.parametrize(("api", "name", "result"), CASES, ids=[f"{api}/{name}" for api, name, _ in CASES])
def test_a_stream_is_reassembled_as_its_client_does(api: str, name: str, result: dict[str, Any]) -> None:
    stream = interpret(exchange(f"{api}/{name}"), judge=True)
    if result["error"] is not None:
        assert any(finding.severity == "error" for finding in lint(stream, selected())), "the client gave up"
        return
    ours, theirs = assemble(stream).object, result["object"]
    if "texts" in theirs:
        output = [ours["output"]] if type(ours.get("output")) is dict else []
        ours["texts"] = {message["id"]: message["content"] for message in (*ours.get("messages", ()), *output)}
    # A client's object may have fewer fields than ours, and empty ones that were never sent.
    kept = {key: ours.get(key, {}) for key in (theirs if api in PARTIAL else ours)}
    assert without_made_up(kept) == without_made_up(theirs)


def without_made_up(value: Any) -> Any:
    """Return a client's object without the IDs that it made up for want of any."""
    if isinstance(value, dict):
        made_up = {key for key, inner in value.items() if isinstance(inner, str) and inner.startswith("made-up")}
        kept = {key: without_made_up(inner) for key, inner in value.items() if key not in made_up and inner != ""}
        return {key: inner for key, inner in kept.items() if inner is not None}
    return [without_made_up(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ROWS)
def test_a_stream_in_single_bytes_is_the_same_stream(name: str) -> None:
    whole = exchange(name)
    single = Frames.of([Frame(bytes([byte]), place) for place, byte in enumerate(whole.frames.body)])
    live = Incremental(Exchange(frames=Frames.of([])))
    for frame in single:
        live.frame(frame.data, frame.at)
    stream, arrived = interpret(Exchange(frames=single)), live.close(None)
    usual = interpret(whole)
    assert (stream.api, stream.verdict, stream.chunks) == (usual.api, usual.verdict, usual.chunks)
    assert (arrived.api, arrived.verdict) == (usual.api, usual.verdict)


@pytest.mark.clients
@pytest.mark.skipif(not os.environ.get("STREAMKIT_CLIENTS"), reason="STREAMKIT_CLIENTS is not set")
@pytest.mark.parametrize("referee", REFEREES, ids=lambda referee: referee.client)
def test_the_client_reassembles_as_measured(referee: Referee) -> None:
    client, measurement = client_of(referee), MEASURED[referee.client]
    if not is_made(client):
        pytest.skip("its environment does not exist: make clients")
    if make(client, upgrade=False) != measurement["versions"]:
        pytest.skip(f"the installed version differs from the measured one ({measurement['versions']})")
    assert measured(referee) == measurement["streams"]
