from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.wire import ndjson
from streamkit.wire.values import Event, Ignored, Item, Tail
from tests.wire.feeding import assert_invariant

ITEMS: dict[str, tuple[bytes, list[Item]]] = {
    "a line is an event": (
        b'{"a":1}\n{"b":2}\n',
        [Event(b'{"a":1}', start=0, end=8), Event(b'{"b":2}', start=8, end=16)],
    ),
    "CRLF is no part of the data": (
        b'{"a":1}\r\n[2]\r\n',
        [Event(b'{"a":1}', start=0, end=9), Event(b"[2]", start=9, end=14)],
    ),
    "CR alone ends no line": (b"{\r}\n", [Event(b"{\r}", start=0, end=4)]),
    "blank lines are nothing": (b'\n \t\r\n{"a":1}\n\n', [Event(b'{"a":1}', start=5, end=13)]),
    "a line need not be JSON": (b"oops\n", [Event(b"oops", start=0, end=5)]),
    "the last line may lack its end": (b"{}\n{}", [Event(b"{}", start=0, end=3), Event(b"{}", start=3, end=5)]),
    "a cut line is the tail": (
        b'{}\n{"a":',
        [Event(b"{}", start=0, end=3), Tail(b'{"a":', 3, 8, Event(b'{"a":', start=3, end=8))],
    ),
    "a byte order mark": (
        b"\xef\xbb\xbf{}\n",
        [Ignored(b"\xef\xbb\xbf", "byte-order-mark", 0, 3), Event(b"{}", start=3, end=6)],
    ),
    "nothing": (b"", []),
}


@pytest.mark.parametrize(("body", "expected"), ITEMS.values(), ids=ITEMS)
def test_items(body: bytes, expected: list[Item]) -> None:
    assert assert_invariant(ndjson.Decoder, ndjson.decode, body) == expected


def test_a_line_over_the_limit_is_skipped() -> None:
    body = b'{}\n{"a":12345}\n{}\n{"a":123456'
    expected = [
        Event(b"{}", start=0, end=3),
        Ignored(b"", "too-long", 3, 15),
        Event(b"{}", start=15, end=18),
        Tail(b"", 18, 29),
    ]
    assert assert_invariant(lambda: ndjson.Decoder(10), lambda body: ndjson.decode(body, 10), body) == expected


RECOGNISED = {
    "two lines": (b'{"a":1}\n{"b":2}\n', True),
    "two lines, the last one cut": (b'{"a":1}\r\n{"b":', True),
    "one line": (b'{"a":1}\n', True),
    "a long first line": (b'{"a":"' + b"x" * 500, True),
    "an object over several lines": (b'{\n  "a": 1\n}\n', False),
    "an object over several lines, cut": (b'{\n  "a": 1', False),
    "an object that begins on its first line": (b'{"error": {\n "code": 1}}', False),
    "an array": (b'[{"a":1},\n{"b":2}]', False),
    "a brace, and no more to go by": (b"{", False),
    "nothing": (b"", False),
}


@pytest.mark.parametrize(("head", "expected"), RECOGNISED.values(), ids=RECOGNISED)
def test_recognises(head: bytes, expected: bool) -> None:
    assert ndjson.recognises(head) is expected


words = st.sampled_from([b"{", b"}", b"\n", b"\r\n", b"\r", b" ", b'{"a":1}\n', b"\xef\xbb\xbf", b"x"])


@given(st.lists(words, max_size=12).map(b"".join) | st.binary(max_size=30), st.integers(1, 12))
def test_any_split_returns_the_same_items(body: bytes, limit: int) -> None:
    assert_invariant(ndjson.Decoder, ndjson.decode, body)
    assert_invariant(lambda: ndjson.Decoder(limit), lambda body: ndjson.decode(body, limit), body)
