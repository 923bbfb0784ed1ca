"""A recording whose lines are recognised by templates equals the same recording parsed line by line, whatever its lines are.

200 random recordings; 35,000 with the environment variable STREAMKIT_SLOW_TESTS=1.
"""

from __future__ import annotations

import io
import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from streamkit.apis import APIS, interpret
from streamkit.metrics import METRICS, measure
from streamkit.model import recording
from streamkit.model.exchange import End, Exchange, Frames, Response
from streamkit.model.recording_runs import Runs
from streamkit.model.texts import Texts
from streamkit.wire.fitting import LEAST
from streamkit.wire.templates import NUMBERS, TEXTS, holes_of
from tests.apis.many_streams import HOLE_VALUES, MANIFESTS, in_blocks, page_frames, real_exchanges, samples
from tests.apis.test_any_json import REAL
from tests.apis.test_on_demand import comparable

ROOT = Path(__file__).parents[2]
MEASURED = [entry for entry in METRICS.values() if not entry.whole_run]
STREAMS = 35_000 if os.environ.get("STREAMKIT_SLOW_TESTS") else 200
GROUP = 50


def batches(lines: list[bytes], size: int) -> Iterator[list[bytes]]:
    for start in range(0, len(lines), size):
        yield lines[start : start + size]


def assert_equal(lines: list[bytes], size: int = 500) -> int:
    """Hold all roads equal: the exchanges, their streams, their metrics. Return how many frames had a form."""
    lines = io.BytesIO(b"".join(lines)).readlines()  # one that is torn takes the next one with it
    plain = list(recording.read_batches(batches(lines, size)))
    fast = recording.read_batches(batches(lines, size), on_demand=True)
    blocks = recording.read_batches(map(b"".join, batches(lines, size)), on_demand=True)
    return min(assert_same(list(fast), plain), assert_same(list(blocks), plain))


def assert_same(fast: list[Exchange], plain: list[Exchange]) -> int:
    assert len(fast) == len(plain)
    known = 0
    for one, other in zip(fast, plain, strict=True):
        assert one == other
        assert list(one.frames.sizes) == list(map(len, other.frames.data))
        assert one.frames.size == len(other.frames.body)
        assert [one.frames.data[place] for place in range(len(one.frames))] == other.frames.data
        assert (one.frames.ends, one.frames.body, one.frames.head(70)) == (
            other.frames.ends,
            other.frames.body,
            other.frames.body[:70],
        )
        streams = interpret(one, on_demand=True), interpret(other)
        assert repr(comparable(streams[0])) == repr(comparable(streams[1]))
        assert streams[0].payload_sizes() == list(map(len, streams[1].events.data))
        assert repr(measure(streams[0], MEASURED)) == repr(measure(streams[1], MEASURED))
        assert repr(measure(streams[0], MEASURED).samples) == repr(measure(streams[1], MEASURED).samples)
        if isinstance(one.frames.data, Texts):
            known += sum(stop - start for form, start, stop in one.frames.data.forms if form is not None)
    return known


def lines_of(exchange: Exchange) -> list[bytes]:
    return b"".join(recording.write(exchange)).splitlines(keepends=True)


def recorded(frames: list[bytes], times: list[int | None]) -> list[bytes]:
    response = Response(1, 200, headers=(("content-type", "text/event-stream"),))
    end = End(at=10**12, reason="eof")
    return lines_of(
        Exchange(frames=Frames(frames, times, [None] * len(frames)), response=response, end=end, clock="monotonic")
    )


# Random recordings.

CHUNKS = (
    '{"id":"c1","object":"chat.completion.chunk","created":1764000000,"model":"m","choices":[{"index":0,"delta":{"content":"T"},'
    '"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"T"}',
    '{"id": "c1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "T"}, "finish_reason": null}]}',
    '{"choices":[{"index":0,"delta":{"reasoning_content":"T","content":"T"},"finish_reason":null}],"created":N}',
    '{"type":"response.output_text.delta","sequence_number":N,"item_id":"i","delta":"T"}',
    '{"choices":[{"index":0,"text":"T","logprobs":{"token":"T","logprob":F},"finish_reason":null}]}',
    '{"content":"T","content":"T","a":[1,2]}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"T"}}',
)
TEXT = (
    "a", " the", "", "é", "世界", " événement", "😀", "\x7f", "\u2028", '\\"', '\\"quoted\\"', "\\n", "\\\\", "\\u00e9", "\\ud83d\\ude00",
    "/", "\\/", "data: ", "},", '\\",\\"', "'", "\\t\\b\\f\\r",
)  # fmt: skip
ODD_TEXT = (
    '"',
    "\\",
    '","',
    '\\","',
    "\\x",
    "\\ud83d",
    "\x01",
    "\x02",
    "\n",
    "\r",
    "\t",
    '"}',
    'x",1,"y',
    "\\u00",
    '":"',
    "\\\\\\",
)
NUMBER = ("0", "1", "17", "170000000000", "1", "2", "3")
ODD_NUMBER = ("01", "-1", "1.5", "1e5", "1e999", "", " 1", "1 ", "true", "null", "9" * 30, "9" * 5000, '"1"', "1\t")
FLOAT = ("-0.5", "0", "-1.25e-7", "-12.5")
FRAMES = ("data: X\n\n", "data: X\n\n", "event: e\ndata: X\n\n", "data:X\n\n")
ODD_FRAMES = (
    ": ping\n\n", "data: [DONE]\n\n", "data: X\n\ndata: X\n\n", "data: X\r\n\r\n", "data: X\n", "\n", "id: 7\ndata: X\n\n", "data: X",
    "event: e\n", "retry: 5\n\n", "data: \n\n", "", "\ufeffdata: X\n\n", "data: X\ndata: X\n\n", "id: 8\n\n", "data: []\n\n", "\r",
)  # fmt: skip
ODD_LINES = (
    b'{"type":"frame","at":7,"base64":"ZGF0YTogMQoK"}\n', b'{"type":"note"}\n', b"\n", b'{"type":"frame","at":1,"text":7}\n',
    b'{"type":"frame","at":"1","text":"data: {}\\n\\n"}\n', b'{"type":"frame","at":1.5,"text":"data: {}\\n\\n"}\n', b'{"type":"frame","at":1',
    b'{"type":"frame","at":1,"text":"data: {}\\n\\n","type":"end"}\n', b'{"type":"frame","at":01,"text":"data: {}\\n\\n"}\n',
)  # fmt: skip


def chunk(rng: random.Random, template: str, odd: float) -> str:
    def fill(letter: str) -> str:
        if letter not in "TNF":
            return letter
        usual, strange = {"T": (TEXT, ODD_TEXT), "N": (NUMBER, ODD_NUMBER), "F": (FLOAT, ODD_NUMBER)}[letter]
        if rng.random() < odd:
            return rng.choice(strange)
        return "".join(rng.choice(usual) for _ in range(rng.choice((1, 1, 2)))) if letter == "T" else rng.choice(usual)

    return "".join(map(fill, template))


def recorded_lines(rng: random.Random) -> list[bytes]:
    """Return the lines of a recording: runs of frames that are alike, with others between them."""
    odd = rng.choice((0, 0, 0.01, 0.1))
    template, around = rng.choice(CHUNKS), rng.choice(FRAMES)
    lines: list[bytes] = []
    at = rng.choice((7, 990_000_000, 10**17 * 9))
    timed = rng.random() < 0.9
    for _ in range(rng.choice((1, LEAST, 30, 60, 200))):
        at += rng.choice((0, 1, 5_000_000, 100_000_000))
        if rng.random() < odd / 2:
            template, around = rng.choice(CHUNKS), rng.choice(FRAMES)
        frame = rng.choice(ODD_FRAMES) if rng.random() < odd else around
        text = frame.replace("X", chunk(rng, template, odd / 4))
        escaped = json.dumps(text) if rng.random() < odd else orjson.dumps(text).decode()
        line = b'{"type":"frame","at":%b,"text":%b}\n' % (b"%d" % at if timed else b"null", escaped.encode())
        lines.append(
            rng.choice(ODD_LINES) if rng.random() < odd / 4 else damaged(rng, line) if rng.random() < odd / 4 else line
        )
    start = (
        b'{"type":"start","streamkit":1,"source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}\n'
    )
    head = b'{"type":"response","at":5,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}\n'
    return [start, head, *lines]


def damaged(rng: random.Random, line: bytes) -> bytes:
    place = rng.randrange(len(line) - 1)
    return (
        line[:place]
        + rng.choice((b"", b"\xff", b"\xed\xa0\x80", b'"', b"\\", b"\x01", b"x", b" ", b"0"))
        + line[place + 1 :]
    )


@pytest.mark.parametrize("seed", range(0, STREAMS, GROUP))
def test_random_recordings(seed: int) -> None:
    known = 0
    for number in range(seed, seed + GROUP):
        rng = random.Random(number)
        known += assert_equal(recorded_lines(rng) + recorded_lines(rng), rng.choice((16, 40, 500)))
    assert known > 10 * GROUP  # the road is taken, not only left


# Real streams.


def test_pages() -> None:
    for frames in page_frames(LEAST):
        assert_equal(recorded(frames, list(range(len(frames)))))


def test_recordings() -> None:
    for path in samples():
        assert_equal(path.read_bytes().splitlines(keepends=True))


@MANIFESTS
def test_real_streams(folder: str, shared: Path) -> None:
    known = 0
    for exchange in real_exchanges(shared, folder):
        known += assert_equal(lines_of(in_blocks(exchange)))
        known += assert_equal(lines_of(replace(exchange, imported=None)))
    assert known > 0


# What the flags of a form rest on.


def _chunks() -> Iterator[dict[str, Any]]:
    yield from REAL
    for template in CHUNKS:
        yield orjson.loads(template.replace("N", "1").replace("F", "1"))


@pytest.mark.parametrize("api", APIS.values(), ids=lambda api: api.name)
def test_flags_do_not_depend_on_what_is_in_a_hole(api: Any) -> None:
    for one in _chunks():
        payload = json.dumps(one).encode()
        found = holes_of(payload, b"")
        if found is None:
            continue
        pieces, texts, _ = found
        for empty in (False, True):
            filled = [[b"" if empty else text if is_text else b"1" for is_text in texts] for text in HOLE_VALUES]
            flags = {
                api.flags(
                    orjson.loads(b"".join(piece + hole for piece, hole in zip(pieces, [*holes, b""], strict=True)))
                )
                for holes in (filled if not empty else [[b"" if is_text else b"1" for is_text in texts]])
            }
            assert len(flags) == 1, (payload, flags)


def test_what_may_be_a_hole_is_named() -> None:
    assert list(TEXTS) == sorted(TEXTS)
    assert list(NUMBERS) == sorted(NUMBERS)


def test_streams_that_do_not_repeat_are_given_up() -> None:
    runs = Runs()
    for number in range(20):
        lines = [
            b'{"type":"frame","at":1,"text":"data: {\\"n%d\\":1,\\"content\\":\\"\\"}\\n\\n"}\n' % (at + number)
            for at in range(40)
        ]
        assert runs.take(lines) is None
