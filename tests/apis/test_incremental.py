"""Incremental interpretation gives the same result as `interpret`, however the bytes are split into frames."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from streamkit.apis import Incremental, interpret
from streamkit.errors import StreamkitError
from streamkit.formats import read
from streamkit.metrics import METRICS, measure
from streamkit.model.exchange import End, Exchange, Frame, Frames, Response
from streamkit.model.stream import Stream
from tests.apis.test_verdict import DONE, ENDS, ERROR, FAILS, SAYS
from tests.emitter import SCRIPTS
from tests.exchanges import scripted

ROOT = Path(__file__).parents[2]
FILES = [*sorted((ROOT / "recordings").rglob("*.jsonl")), *sorted((ROOT / "tests/specs/streams").iterdir())]
USAGE = b'data: {"object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":7}}\n\n'
SECOND = b'data: {"object":"chat.completion.chunk","choices":[{"index":1,"delta":{"content":"Ho"},"finish_reason":null}]}\n\n'
SECOND_ENDS = b'data: {"object":"chat.completion.chunk","choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}\n\n'


def summary(stream: Stream) -> dict[str, Any]:
    """Return what a recorder reports when an exchange ends."""
    samples = measure(stream, [METRICS["time_to_first_token"], METRICS["output_tokens"]]).samples
    return {"api": stream.api, "framing": stream.framing, "verdict": stream.verdict, "usage": stream.usage, **samples}


def arriving(exchange: Exchange) -> Stream:
    """Interpret an exchange frame by frame."""
    incremental = Incremental(replace(exchange, frames=Frames(), response=None, end=None))
    if exchange.response is not None:
        incremental.response(exchange.response)
    for frame in exchange.frames:
        incremental.frame(frame.data, frame.at)
    return incremental.close(exchange.end)


def cut(exchange: Exchange, random: Random, longest: int = 200) -> Exchange:
    """Return the same body in frames of other sizes, some of them empty, one millisecond apart."""
    body, frames, at = exchange.frames.body, [], 0
    while at < len(body):
        size = random.randint(0, longest)
        frames.append(Frame(body[at : at + size], len(frames) * 1_000_000))
        at += size
    return replace(exchange, frames=Frames.of(frames), source="client", clock="monotonic", imported=None)


def exchanges() -> Iterator[Exchange]:
    for path in FILES:
        yield from read(str(path))
    yield from map(scripted, SCRIPTS)


@pytest.fixture(autouse=True, params=["held", "looked into at once"])
def held(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames of a short stream are buffered to its end; those of a long one are decoded while they arrive."""
    if request.param != "held":
        monkeypatch.setattr("streamkit.apis._incremental._MAX_HELD_BYTES", 4096)


@pytest.mark.parametrize("longest", [3, 200, 100_000])
def test_every_recording_and_script(longest: int) -> None:
    random = Random(longest)
    for exchange in exchanges():
        again = cut(exchange, random, longest)
        assert summary(arriving(exchange)) == summary(interpret(replace(exchange, imported=None))), exchange.origin
        assert summary(arriving(again)) == summary(interpret(again)), exchange.origin


def test_every_real_stream(shared: Path) -> None:
    seen = 0
    for folder in ("corpora", "corpora-2"):
        for path in sorted((shared / folder).rglob("*")):
            try:
                found = list(read(str(path))) if path.is_file() else []
            except StreamkitError:
                continue
            for exchange in found:
                again = cut(exchange, Random(seen), 4000)
                assert summary(arriving(again)) == summary(interpret(again)), exchange.origin
                seen += 1
    assert seen > 100


PIECES = [SAYS, ENDS, DONE, FAILS, USAGE, SECOND, SECOND_ENDS, ERROR, b"data: {broken}\n\n", b"data: [1]\n\n",
          b"data:\n\n", b'data: {"id":"c","choi', b"\n\n", b": ping\n\n", b"<html>", b"[", SAYS[6:], b"\r\n"]  # fmt: skip


NDJSON_DONE = b'{"model":"m","message":{"role":"assistant","content":""},"done":true}\n'
NDJSON_MORE = b'{"model":"m","message":{"role":"assistant","content":"Hi"},"done":false}\n'


@example([SAYS, SECOND, SAYS, ENDS], 1, None, Random(0))  # a choice that never ended
@example([SAYS, SECOND, SAYS, ENDS, SECOND_ENDS, ENDS], 1, None, Random(0))  # both ended, one of them twice
@example([SAYS, SAYS, b'data: {"id":"c","choi\n\ndata: x'], 1, None, Random(0))  # cut in the middle
@example([SAYS, SAYS, b'data: {"id":"c","choi\n\n', SAYS, b"data: x"], 1, None, Random(0))  # broken before the cut
@example([NDJSON_MORE], 0, None, Random(0))  # a single line of a stream
@example([NDJSON_DONE], 0, None, Random(0))  # a response in one object
@example([NDJSON_DONE, NDJSON_MORE[:-3]], 1, None, Random(0))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(PIECES), max_size=12),
    st.integers(0, 60),
    st.sampled_from([None, "text/event-stream", "application/json", "application/x-ndjson", "text/html"]),
    st.randoms(use_true_random=False),
)
def test_arbitrary_streams(pieces: list[bytes], repeated: int, content_type: str | None, random: Random) -> None:
    headers = (("content-type", content_type),) if content_type else ()
    body = b"".join([*pieces[:1], *pieces[1:2] * repeated, *pieces[2:]])
    exchange = cut(
        Exchange(
            frames=Frames.of([Frame(body)]), response=Response(0, 200, headers=headers), end=End(at=9, reason="eof")
        ),
        random,
    )
    assert summary(arriving(exchange)) == summary(interpret(exchange))


def test_memory_does_not_grow_with_the_stream() -> None:
    def chunks_kept(count: int) -> int:
        payloads = [json.dumps({"object": "chat.completion.chunk", "choices": [{"index": n % 3, "delta": {"content": "x"}}],
                            "usage": {"completion_tokens": n}}) for n in range(count)]  # fmt: skip
        frames = [Frame(f"data: {text}\n\n".encode(), n) for n, text in enumerate(payloads)]
        return len(arriving(Exchange(frames=Frames.of(frames), source="client", clock="monotonic")).chunks)

    assert chunks_kept(2000) == chunks_kept(5000) < 10
