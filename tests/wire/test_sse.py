"""The rules of the WHATWG HTML standard, sections 9.2.5 and 9.2.6, one named case each."""

from __future__ import annotations

import pytest

from streamkit.wire import sse
from streamkit.wire.values import Comment, Event, Ignored, Item, Tail
from tests.wire.feeding import assert_invariant, items_of, pieces

MARK = b"\xef\xbb\xbf"


def event(data: str, name: str = "message", id: str = "", retry: int | None = None) -> tuple[object, ...]:
    return (data, name, id, retry)


EVENTS = {
    # 9.2.5
    "lines end in LF": (b"data: a\n\n", [event("a")]),
    "lines end in CRLF": (b"data: a\r\n\r\n", [event("a")]),
    "lines end in CR": (b"data: a\r\r", [event("a")]),
    "line ends may be mixed": (b"data: a\r\ndata: b\rdata: c\n\r\n", [event("a\nb\nc")]),
    "CR CR LF is two line ends": (b"data: a\r\r\ndata: b\n\n", [event("a"), event("b")]),
    "LF CR is two line ends": (b"data: a\n\rdata: b\n\n", [event("a"), event("b")]),
    "nothing else ends a line": (
        "data: a\v\f\x1c\x1d\x1e\x85\u2028\u2029b\n\n".encode(),
        [event("a\v\f\x1c\x1d\x1e\x85\u2028\u2029b")],
    ),
    "one byte order mark is stripped": (MARK + b"data: a\n\n", [event("a")]),
    "only one byte order mark is stripped": (MARK + MARK + b"data: a\n\n", []),
    "only at the beginning": (b"data: a\n\n" + MARK + b"data: b\n\n", [event("a")]),
    "a byte order mark is kept in data": (b"data: " + MARK + b"a\n\n", [event("\ufeffa")]),
    "bytes that are no UTF-8 are replaced": (b"data: a\xffb\xe2\x82\n\n", [event("a\ufffdb\ufffd")]),
    "a bad sequence does not swallow a line end": (b"data: \xf0\x9f\ndata: b\n\n", [event("\ufffd\nb")]),
    # 9.2.6
    "a line that begins with a colon is ignored": (b": x\ndata: a\n:\n\n", [event("a")]),
    "a name ends at the first colon": (b"data:a:b\n\n", [event("a:b")]),
    "one space is stripped from the value": (b"data:  a \n\n", [event(" a ")]),
    "a tab is not a space": (b"data:\ta\n\n", [event("\ta")]),
    "a value needs no space": (b"data:a\n\n", [event("a")]),
    "a line without colon is a name": (b"data\n\n", [event("")]),
    "names have no space around": (b" data: a\ndata : b\n\n", []),
    "names are compared with no case folding": (b"Data: a\nDATA: b\n\n", []),
    "unknown fields are ignored": (b"error: x\ndata: a\n\n", [event("a")]),
    "the last event type wins": (b"event: x\nevent: y\ndata: a\n\n", [event("a", "y")]),
    "an empty event type is message": (b"event: x\nevent\ndata: a\n\n", [event("a")]),
    "the event type holds for one block": (b"event: x\ndata: a\n\ndata: b\n\n", [event("a", "x"), event("b")]),
    "the event type of a block without data is lost": (b"event: x\n\ndata: a\n\n", [event("a")]),
    "data lines are joined by LF": (b"data: a\ndata\ndata: b\n\n", [event("a\n\nb")]),
    "only the last LF of the data is removed": (b"data\ndata\ndata\n\n", [event("\n\n")]),
    "an empty data line dispatches": (b"data:\n\n", [event("")]),
    "a block without data does not": (b"event: x\nid: 1\nretry: 2\n\n", []),
    "blank lines alone do nothing": (b"\n\r\n\r\n\n", []),
    "an id stays": (b"id: 1\ndata: a\n\ndata: b\n\n", [event("a", id="1"), event("b", id="1")]),
    "an id of a block without data counts": (b"id: 1\n\ndata: a\n\n", [event("a", id="1")]),
    "an empty id resets": (b"id: 1\ndata: a\n\nid\ndata: b\n\n", [event("a", id="1"), event("b")]),
    "an id with NUL is ignored": (b"id: 1\nid: 2\0\ndata: a\n\n", [event("a", id="1")]),
    "retry is digits": (b"retry: 0015\ndata: a\n\n", [event("a", retry=15)]),
    "retry is nothing but ASCII digits": (
        "retry: +1\nretry: 1_0\nretry: 1.5\nretry: 1 \nretry:  1\nretry: ²\nretry: ١\nretry\ndata: a\n\n".encode(),
        [event("a")],
    ),
    "retry belongs to its block": (b"retry: 1\n\ndata: a\n\n", [event("a")]),
    "retry of many digits": (b"retry: " + b"9" * 30 + b"\ndata: a\n\n", [event("a", retry=10**30 - 1)]),
    "retry of digits beyond all reason": (b"retry: " + b"9" * 5000 + b"\ndata: a\n\n", [event("a")]),
    "retry of zeros beyond all reason": (b"retry: " + b"0" * 5000 + b"7\ndata: a\n\n", [event("a", retry=7)]),
    "an event without its blank line is not dispatched": (b"data: a\n\ndata: b\n", [event("a")]),
    "nor is one whose line is cut": (b"data: a\n\ndata: b", [event("a")]),
}


@pytest.mark.parametrize(("body", "expected"), EVENTS.values(), ids=EVENTS)
def test_events(body: bytes, expected: list[tuple[object, ...]]) -> None:
    ways = assert_invariant(sse.Decoder, sse.decode, body) if len(body) < 200 else items_of(sse.Decoder(), [body])
    found = [(item.text, item.name, item.id, item.retry) for item in ways if isinstance(item, Event)]
    assert found == expected


ITEMS: dict[str, tuple[bytes, list[Item]]] = {
    "byte order mark": (
        MARK + b"data: a\n\n",
        [Ignored(MARK, "byte-order-mark", 0, 3), Event(b"a", start=3, end=12)],
    ),
    "a comment before a block has its own place": (
        b": x\ndata: a\n\n",
        [Comment(b" x", 0, 4), Event(b"a", start=4, end=13)],
    ),
    "a comment in a block comes when its line ends": (
        b"data: a\n:x\ndata: b\n\n",
        [Comment(b"x", 8, 11), Event(b"a\nb", start=0, end=20)],
    ),
    "an ignored line does not open a block": (
        b"foo\nretry: x\nid: \0\n\n",
        [
            Ignored(b"foo", "unknown-field", 0, 4),
            Ignored(b"retry: x", "bad-retry", 4, 13),
            Ignored(b"id: \0", "nul-in-id", 13, 19),
        ],
    ),
    "a block without data is given whole": (
        b"\nevent: x\n: y\nid: 1\n\n",
        [Comment(b" y", 10, 14), Ignored(b"event: x\n: y\nid: 1\n\n", "no-data", 1, 21)],
    ),
    "the LF of a CRLF lies after the end": (
        b":\r\ndata: a\r\n\r\ndata: b\r\n\r\n",
        [Comment(b"", 0, 2), Event(b"a", start=3, end=13), Event(b"b", start=14, end=24)],
    ),
    "an open block is the tail": (
        b"data: a\n\nid: 1\ndata: b\n",
        [
            Event(b"a", start=0, end=9),
            Tail(b"id: 1\ndata: b\n", 9, 23, Event(b"b", id="1", start=9, end=23)),
        ],
    ),
    "a cut line is the tail": (b"dat", [Tail(b"dat", 0, 3)]),
    "a cut line and its block are the tail": (
        b"event: x\r\ndata: a",
        [Tail(b"event: x\r\ndata: a", 0, 17, Event(b"a", "x", start=0, end=17))],
    ),
    "the LF after the last CR belongs to the tail": (
        b"data: a\r\n",
        [Tail(b"data: a\r\n", 0, 9, Event(b"a", start=0, end=9))],
    ),
    "a cut comment is a tail that no client dispatches": (b"\n: x", [Tail(b": x", 1, 4)]),
    "part of a byte order mark is a tail": (MARK[:2], [Tail(MARK[:2], 0, 2)]),
    "a finished comment leaves no tail": (b": x\n", [Comment(b" x", 0, 4)]),
}


@pytest.mark.parametrize(("body", "expected"), ITEMS.values(), ids=ITEMS)
def test_items_and_their_positions(body: bytes, expected: list[Item]) -> None:
    assert assert_invariant(sse.Decoder, sse.decode, body) == expected


def test_an_event_is_emitted_with_the_cr_that_ends_it() -> None:
    decoder = sse.Decoder()
    assert decoder.feed(b"data: a\r\n\r") == [Event(b"a", start=0, end=10)]
    assert decoder.feed(b"\ndata: b\r") == []
    assert decoder.feed(b"\r") == [Event(b"b", start=11, end=20)]


def test_connection_state() -> None:
    decoder = sse.Decoder()
    decoder.feed(b"retry: 5\nid: 1\n")
    assert (decoder.last_id, decoder.retry) == (
        "",
        5,
    )  # the id takes effect when its block ends, the retry time at once
    decoder.feed(b"\nid: 2\nretry: 7")
    assert (decoder.last_id, decoder.retry) == ("1", 5)
    decoder.close()
    assert (decoder.last_id, decoder.retry) == ("1", 5)
    events = sse.decode(b"id: 1\n\nretry: 6\nid: 2\n")
    assert (events.last_id, events.retry) == ("1", 6)


LIMITED: dict[str, tuple[bytes, list[Item]]] = {
    "a block of just the limit": (b"data: 34567890123\n\n", [Event(b"34567890123", start=0, end=19)]),
    "a long line": (
        b"data: 345678901234\n\ndata: a\n\n",
        [Ignored(b"", "too-long", 0, 20), Event(b"a", start=20, end=29)],
    ),
    "a long block": (
        b"data: a\nevent: b\nid: 1\n\ndata: c\n\n",
        [Ignored(b"", "too-long", 0, 24), Event(b"c", start=24, end=33)],
    ),
    "a long comment": (
        b":2345678901234567890\r\n\r\ndata: c\r\n\r\n",
        [Ignored(b"", "too-long", 0, 23), Event(b"c", start=24, end=34)],
    ),
    "an endless line": (b"data: 3456789012345678901234567890", [Tail(b"", 0, 34)]),
    "an endless block": (b"data\ndata\ndata\ndata\ndata\n", [Tail(b"", 0, 25)]),
}


@pytest.mark.parametrize(("body", "expected"), LIMITED.values(), ids=LIMITED)
def test_a_block_over_the_limit_is_skipped(body: bytes, expected: list[Item]) -> None:
    assert assert_invariant(lambda: sse.Decoder(19), lambda body: sse.decode(body, 19), body) == expected


def test_bytes_over_the_limit_are_not_kept() -> None:
    decoder = sse.Decoder(1000)
    for feed in pieces(b"data: " + b"x" * 100_000, 100):
        decoder.feed(feed)
        kept = [*decoder._held, *decoder._partial, *decoder._data, decoder._window]
        assert sum(map(len, kept)) <= 4 * 1000


def test_default_names_and_ids_have_no_column() -> None:
    events = sse.decode(b"data: a\n\ndata: b\n\n")
    assert (events.names, events.ids) == (None, None)
    events = sse.decode(b"data: a\n\nevent: x\nid: 1\ndata: b\n\ndata: c\n\n")
    assert (events.names, events.ids) == (["message", "x", "message"], ["", "1", "1"])


def test_events_made_at_once_are_those_made_one_by_one() -> None:
    body = b"data: a\n\nevent: e\nid: 7\nretry: 5\ndata: b\n\ndata: c\n\n"
    events = sse.decode(body)
    made = events.all_events()
    assert made == list(events.items()) == [events.event(place) for place in range(3)]
    assert all(type(event) is Event for event in made)
    assert sse.decode(b"").all_events() == []
