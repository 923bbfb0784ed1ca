"""No framing joins its buffer before an item is complete: joining at every read would take quadratic time.

Times are measured in `benchmarks/bench_parse.py`. These tests check that the buffer holds the pieces as they arrived.
"""

from __future__ import annotations

from streamkit.wire import aws_eventstream, json_document, ndjson, sse
from streamkit.wire.values import Event
from tests.wire.feeding import pieces

LONG = b"x" * 100_000


def test_sse_line() -> None:
    decoder = sse.Decoder()
    feeds = pieces(b"data: " + LONG, 100)
    for number, feed in enumerate(feeds, 1):
        assert decoder.feed(feed) == []
        assert (len(decoder._partial), len(decoder._held)) == (number, number)
        if number > 1:
            assert decoder._partial[-1] is feed
            assert decoder._held[-1] is feed
    assert decoder.feed(b"\n\n") == [Event(LONG, start=0, end=len(LONG) + 8)]


def test_sse_lines() -> None:
    decoder = sse.Decoder()
    for number in range(1, 1000):
        decoder.feed(b"data: x\n")
        assert decoder._data == [b"x"] * number
        assert len(decoder._held) == number
    (event,) = decoder.feed(b"\n")
    assert event == Event(b"x" + b"\nx" * 998, start=0, end=999 * 8 + 1)


def test_ndjson() -> None:
    decoder = ndjson.Decoder()
    for number, feed in enumerate(pieces(LONG, 100), 1):
        decoder.feed(feed)
        assert decoder._partial[-1] == feed
        assert len(decoder._partial) == number


def test_json_document() -> None:
    decoder = json_document.Decoder()
    for number, feed in enumerate(pieces(b'["' + LONG, 100), 1):
        decoder.feed(feed)
        assert len(decoder._pieces) == number
        assert sum(map(len, decoder._pieces)) == min(number * 100, len(LONG) + 2) - 1


def test_aws_eventstream() -> None:
    decoder = aws_eventstream.Decoder()
    message = aws_eventstream.encode("chunk", LONG)
    for number, feed in enumerate(pieces(message, 100)[:-1], 1):
        decoder.feed(feed)
        assert len(decoder._pieces) == number
        assert decoder._pieces[-1] == feed
