"""A stream read on demand equals the same stream decoded at once, whatever its bytes are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streamkit.apis import interpret
from streamkit.formats import find, read
from streamkit.metrics import METRICS, measure
from streamkit.model.exchange import Exchange, Frame, Frames, Response
from streamkit.model.stream import Stream
from tests.apis.test_any_json import chunks, mutants
from tests.apis.test_specs import CONTENT_TYPES, body_of, cases

ROOT = Path(__file__).parents[2]
MEASURED = [entry for entry in METRICS.values() if not entry.whole_run]
PIECES = (
    b"data: [DONE]\n\n", b"data: []\n\n", b"data: 7\n\n", b"data:\n\n", b": c\n\n", b"\n\n", b'data: {"a', b"data: {\n\ndata: }\n\n",
    b'data: {"choices":[{"delta":{"content":1e999}}]}\n\n', b'data: {"choices":[{"delta":{"content":"\xff"}}]}\n\n',
    b'data: {"usage":{"total_tokens":' + b"9" * 5000 + b"}}\n\n", b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
    b"data: " + b'{"a":' * 1100 + b"1" + b"}" * 1100 + b"\n\n", b'data: {"choices":[],"usage":NaN}\n\n',
)  # fmt: skip


def assert_equal(exchange: Exchange) -> None:
    """Hold both roads equal: every field of the stream, its chunks one by one, and every metric of it."""
    at_once, on_demand = interpret(exchange), interpret(exchange, on_demand=True)
    assert repr(comparable(on_demand)) == repr(comparable(at_once))
    assert [repr(on_demand.chunks[place]) for place in range(len(on_demand.chunks))] == list(map(repr, at_once.chunks))
    assert repr(on_demand.chunks[-4:]) == repr(at_once.chunks[-4:])
    assert repr(measure(on_demand, MEASURED).samples) == repr(measure(at_once, MEASURED).samples)


def comparable(stream: Stream) -> dict[str, Any]:
    held = replace(stream, chunks=list(stream.chunks))
    return {
        name: getattr(held, name)
        for name in Stream.__slots__
        if name not in ("exchange", "reader", "reported", "drift", "contract")
    }


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.page}: {case.title}")
def test_pages(case: Any) -> None:
    response = Response(None, 200, headers=(("content-type", CONTENT_TYPES[case.framing]),))
    assert_equal(Exchange(frames=Frames.of([Frame(body_of(case))]), response=response))


def test_recordings() -> None:
    for found in find([str(ROOT / "recordings")]):
        if found.path.endswith(".jsonl"):
            for exchange in read(found.path):
                assert_equal(exchange)


@pytest.mark.parametrize("folder", ["corpora", "corpora-2"])
def test_real_streams(folder: str, shared: Path) -> None:
    if not (shared / folder).is_dir():
        pytest.skip("the folder of real streams is not here")
    for row in map(json.loads, (shared / folder / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()):
        if row.get("kind") == "stream":
            for exchange in read(str(shared / folder / row["file"])):
                assert_equal(exchange)


@settings(max_examples=150)
@given(
    pieces=st.lists(
        chunks.map(lambda chunk: b"data: " + json.dumps(chunk).encode() + b"\n\n")
        | mutants().map(lambda chunk: b"data: " + json.dumps(chunk).encode() + b"\n\n")
        | st.sampled_from(PIECES),
        max_size=8,
    ),
    kind=st.sampled_from(["text/event-stream", "application/x-ndjson", "application/json"]),
)
@example(pieces=list(PIECES), kind="text/event-stream")
def test_any_stream(pieces: list[bytes], kind: str) -> None:
    frames = Frames.of([Frame(piece, at * 1_000_000) for at, piece in enumerate(pieces)])
    response = Response(1, 200, headers=(("content-type", kind),))
    assert_equal(Exchange(frames=frames, response=response, clock="monotonic", source="client"))


def test_only_what_is_looked_at_is_kept_decoded() -> None:
    body = b'data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":"a"}}]}\n\n' * 3
    stream = interpret(Exchange(frames=Frames.of([Frame(body)])), on_demand=True)
    assert stream.chunks[1] == stream.chunks[1] == {
        "object": "chat.completion.chunk", "choices": [{"delta": {"content": "a"}}]
    }  # fmt: skip
    assert stream.chunks[1] is not stream.chunks[1]
