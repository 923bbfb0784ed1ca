"""The fast paths give the same result as the plain loop, and both follow the standard, on randomly generated streams.

2,000 streams; 35,000 with the environment variable STREAMKIT_SLOW_TESTS=1 (half a minute on one core).
"""

from __future__ import annotations

import os
import random
import re
from itertools import pairwise

import pytest

from streamkit.wire import sse, sse_runs, sse_windows
from streamkit.wire.values import Event
from tests.wire.feeding import items_of

STREAMS = 35_000 if os.environ.get("STREAMKIT_SLOW_TESTS") else 2_000
GROUP = 250

BLOCKS = ["data: {X}{N}{N}", "event: {E}{N}data: {X}{N}{N}", "data:{X}{N}{N}", "event:{E}{N}data:{X}{N}{N}"]
ODD = [
    *("data : {X}{N}{N}", "data: {X}{N}data: {X}{N}{N}", "id: {X}{N}data: {X}{N}{N}", "event: {E}{N}{N}", "data{N}{N}"),
    *(
        ": {X}{N}{N}",
        ":{N}",
        "{N}",
        "data: {X}",
        "event: {E}{N}",
        "retry: 12{N}",
        "retry: x{N}",
        "id: \0{N}",
        "id{N}{N}",
    ),
    *("foo: {X}{N}", "\ufeffdata: {X}{N}{N}", "event: {E}{N}data:{X}{N}{N}", "\r", "\n", "data: {X}\r{N}", "event:{N}"),
    *("event: {E}{N}data: {X}{N}data: {X}{N}{N}", "data: {X}{N}: c{N}{N}", "data: \x85\u2028{N}{N}", "data: \v{N}{N}"),
]
NAMES = ["x", "message", "", "content_block_delta", " y", "é"]
VALUES = ["", "x", " x", '{"a":"b"}', "data: ", ":", "é\u2028", "[DONE]"]


def stream(rng: random.Random) -> bytes:
    """Return runs of regular blocks with irregular ones in between, with one kind of line ending or mixed."""
    ends = rng.choice((["\n"], ["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]))
    parts: list[str] = ["\ufeff"] if rng.random() < 0.1 else []
    while len(parts) < 40 and rng.random() < 0.9:
        block = rng.choice(BLOCKS if rng.random() < 0.7 else ODD)
        for _ in range(rng.choice((1, 1, 5, 9)) if block in BLOCKS else 1):
            text = re.sub(r"\{N\}", lambda _: rng.choice(ends), block)
            parts.append(text.replace("{E}", rng.choice(NAMES)).replace("{X}", rng.choice(VALUES)))
    body = "".join(parts).encode()
    if rng.random() < 0.2 and body:
        at = rng.randrange(len(body))
        body = body[:at] + rng.choice((b"\xff", b"\xe2\x82", b"\0", b"")) + body[at + 1 :]
    return body


def by_the_standard(body: bytes) -> list[tuple[str, str, str]]:
    """The algorithm of the standard in its own order: decode, split into lines, keep one buffer per field."""
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = re.split("\r\n|\n|\r", text)[:-1]
    data = kind = last_id = ""
    given = []
    for line in lines:
        if line == "":
            if data:
                given.append((data.removesuffix("\n"), kind or "message", last_id))
            data = kind = ""
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            kind = value
        elif field == "data":
            data += value + "\n"
        elif field == "id" and "\0" not in value:
            last_id = value
    return given


@pytest.mark.parametrize("seed", range(0, STREAMS, GROUP))
def test_fast_path_plain_loop_and_standard_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr(sse_runs, "SPANS", (4, 8))
    for _ in range(GROUP):
        body = stream(rng)
        monkeypatch.setattr(sse, "_BATCH", rng.choice((16, 64, 1 << 18)))
        monkeypatch.setattr(sse_windows, "LEAST", rng.choice((16, 64, 4096)))
        monkeypatch.setattr(sse_windows, "WINDOW", rng.choice((30, 64, 100)))
        plain = items_of(sse.Decoder(runs=False), [body])
        fast = sse.decode(body)
        assert list(fast.items()) == plain, body
        events = [(item.text, item.name, item.id) for item in plain if isinstance(item, Event)]
        assert events == by_the_standard(body), body
        for parts in (2, 5):
            edges = sorted([0, len(body), *(rng.randint(0, len(body)) for _ in range(parts))])
            feeds = [body[start:end] for start, end in pairwise(edges)]
            decoder = sse.Decoder()
            assert items_of(decoder, feeds) == plain, feeds
            assert (decoder.last_id, decoder.retry) == (fast.last_id, fast.retry), feeds
        blocks = re.split(rb"(?<=\n\n)", body)  # like a live stream: one block per read
        assert items_of(sse.Decoder(), blocks) == plain, blocks
        limit = rng.randint(1, 200)
        assert items_of(sse.Decoder(limit), blocks) == items_of(sse.Decoder(limit, runs=False), [body]), (limit, blocks)
        limited = items_of(sse.Decoder(limit, runs=False), [body])
        assert items_of(sse.Decoder(limit), feeds) == limited, (limit, feeds)
        assert list(sse.decode(body, limit).items()) == limited, (limit, body)


def regular(ending: bytes, count: int = 1000) -> dict[str, bytes]:
    return {
        "data": b"".join(b"data: %d" % number + ending * 2 for number in range(count)),
        "event and data": b"".join(
            b"event: e%d" % (number % 3) + ending + b"data: %d" % number + ending * 2 for number in range(count)
        ),
        "data without space": b"".join(b"data:%d" % number + ending * 2 for number in range(count)),
    }


@pytest.mark.parametrize("shape", ["data", "event and data", "data without space"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_regular_streams_take_the_fast_path(shape: str, ending: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line of a regular stream goes through the plain loop; otherwise the speed would be lost unnoticed."""
    body = regular(ending)[shape]
    plain = items_of(sse.Decoder(runs=False), [body])
    monkeypatch.setattr(sse.Decoder, "_dispatch", None)
    events = sse.decode(body)
    assert list(events.items()) == plain
    assert events.data == [b"%d" % number for number in range(1000)]


LIVE = {
    "data": (b"data: x\n\n", (b"x", "message")),
    "data without space": (b"data:x\n\n", (b"x", "message")),
    "two spaces": (b"data:  x\n\n", (b" x", "message")),
    "no payload": (b"data:\n\n", (b"", "message")),
    "event and data": (b"event: e\ndata: x\n\n", (b"x", "e")),
    "an empty event": (b"event:\ndata: x\n\n", (b"x", "message")),
    "two data lines": (b"data: x\ndata: y\n\n", None),
    "two blocks": (b"data: x\n\ndata: y\n\n", None),
    "an extra blank line": (b"data: x\n\n\n", None),
    "no blank line": (b"data: x\n", None),
    "a CR within": (b"data: x\ry\n\n", None),
    "data before the event": (b"data: x\nevent: e\n\n", None),
    "two events": (b"event: e\nevent: f\ndata: x\n\n", None),
    "an event alone": (b"event: e\n\n", None),
    "a comment": (b": x\n\n", None),
    "another field": (b"database: x\n\n", None),
}


@pytest.mark.parametrize(("data", "expected"), LIVE.values(), ids=LIVE)
def test_only_block(data: bytes, expected: tuple[bytes, str] | None) -> None:
    assert sse_runs.only_block(data) == expected


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("size", [1 << 16, 1 << 13, 999])
def test_long_runs_of_blocks_that_begin_alike_are_cut_in_windows(
    ending: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nearly all events of such a stream are found without splitting it into lines, in reads of any usual size."""
    run = b"".join(b"event: delta" + ending + b"data: %d" % number + ending * 2 for number in range(3000))
    other = b"event: start" + ending + b"data: {}" + ending * 2
    body = other + run + b": ping" + ending * 2 + run + other
    plain = items_of(sse.Decoder(runs=False), [body])
    by_line: list[bytes] = []
    split = sse.Decoder._split_lines
    monkeypatch.setattr(sse.Decoder, "_split_lines", lambda self, data: (by_line.append(data), split(self, data))[1])
    assert list(sse.decode(body).items()) == plain
    assert sum(map(len, by_line)) < len(body) / 10
    assert items_of(sse.Decoder(), [body[at : at + size] for at in range(0, len(body), size)]) == plain


def test_runs_continue_after_irregular_blocks() -> None:
    """With heartbeats and an id between regular blocks, the ids and names of later runs are correct."""
    run = regular(b"\n", 100)
    body = run["data"] + b": ping\n\n" + run["event and data"] + b"id: 7\n\n" + run["data"]
    events = sse.decode(body)
    assert list(events.items()) == items_of(sse.Decoder(runs=False), [body])
    assert events.ids == [""] * 200 + ["7"] * 100
    assert events.names is not None
    assert events.names[99:103] == ["message", "e0", "e1", "e2"]
    assert events.names[200:] == ["message"] * 100


def test_the_number_of_cached_names_is_bounded() -> None:
    body = b"".join(b"event: many%d\ndata: x\n\n" % number for number in range(5000))
    assert sse.decode(body).names == [f"many{number}" for number in range(5000)]
    assert len(sse_runs.NAMES) <= 256


def test_columns_have_the_state_of_the_connection() -> None:
    decoder = sse.Decoder()
    first, second, third = map(
        decoder.feed_columns, (b"retry: 5\nid: a\ndata: x\n\n", b"data: y\n\n", b"id: b\ndata: z")
    )
    assert (first.ids, first.last_id, first.retry, first.retries) == (["a"], "a", 5, {0: 5})
    assert (second.data, second.ids, second.starts, second.ends) == ([b"y"], ["a"], [24], [33])
    assert (len(third), third.last_id, third.retry) == (0, "a", 5)
