from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.wire import coded_lines
from streamkit.wire.values import Event, Ignored, Item, Tail
from tests.wire.feeding import assert_invariant

ITEMS: dict[str, tuple[bytes, list[Item]]] = {
    "a line is an event with the name of its code": (
        b'f:{"messageId":"m"}\n0:"a:b"\n',
        [Event(b'{"messageId":"m"}', "f", start=0, end=20), Event(b'"a:b"', "0", start=20, end=28)],
    ),
    "CRLF is no part of the data": (b'0:"a"\r\n', [Event(b'"a"', "0", start=0, end=7)]),
    "blank lines are nothing": (b'\n \r\n0:"a"\n\n', [Event(b'"a"', "0", start=4, end=10)]),
    "the value need not be JSON": (b"0:oops\n", [Event(b"oops", "0", start=0, end=7)]),
    "a line without a code is lost": (b'oops\n: "a"\n', [Ignored(b"oops", "not-json", 0, 5), Ignored(b': "a"', "not-json", 5, 11)]),
    "the last line may lack its end": (b'd:{}\n0:"a"', [Event(b"{}", "d", start=0, end=5), Event(b'"a"', "0", start=5, end=10)]),
    "a cut line is the tail": (b'0:"a', [Tail(b'0:"a', 0, 4)]),
    "a line cut after a quotation mark in its text is the tail": (b'0:"a\\"', [Tail(b'0:"a\\"', 0, 6)]),
    "a byte order mark": (
        b"\xef\xbb\xbfd:{}\n",
        [Ignored(b"\xef\xbb\xbf", "byte-order-mark", 0, 3), Event(b"{}", "d", start=3, end=8)],
    ),
    "nothing": (b"", []),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), ITEMS.values(), ids=ITEMS)
def test_items(body: bytes, expected: list[Item]) -> None:
    assert assert_invariant(coded_lines.Decoder, coded_lines.decode, body) == expected


def test_a_line_over_the_limit_is_skipped() -> None:
    body = b'd:{}\n0:"12345678"\nd:{}\n0:"12345678"'
    expected = [
        Event(b"{}", "d", start=0, end=5),
        Ignored(b"", "too-long", 5, 18),
        Event(b"{}", "d", start=18, end=23),
        Tail(b"", 23, 35),
    ]
    assert assert_invariant(lambda: coded_lines.Decoder(10), lambda it: coded_lines.decode(it, 10), body) == expected


RECOGNISED = {
    "a text": (b'0:"Hel', True),
    "an object, after blank lines": (b'\r\n\nf:{"messageId"', True),
    "an array, after a byte order mark": (b"\xef\xbb\xbf2:[", True),
    "an event": (b'data:{"a":1}\n', False),
    "a code of no protocol": (b'z:"a"\n', False),
    "a number": (b"0:1\n", False),
    "a time": (b"0:00 start\n", False),
    "nothing": (b"", False),
}


@pytest.mark.parametrize(("head", "expected"), RECOGNISED.values(), ids=RECOGNISED)
def test_recognises(head: bytes, expected: bool) -> None:
    assert coded_lines.recognises(head) is expected


words = st.sampled_from([b"0:", b'"', b"\n", b"\r\n", b"\r", b" ", b'0:"a"\n', b"\xef\xbb\xbf", b"x", b":", b"\\"])


@given(st.lists(words, max_size=12).map(b"".join) | st.binary(max_size=30), st.integers(1, 12))
def test_any_split_returns_the_same_items(body: bytes, limit: int) -> None:
    assert_invariant(coded_lines.Decoder, coded_lines.decode, body)
    assert_invariant(lambda: coded_lines.Decoder(limit), lambda it: coded_lines.decode(it, limit), body)
