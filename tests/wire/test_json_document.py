from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.wire import json_document
from streamkit.wire.values import Event, Ignored, Item, Tail
from tests.wire.feeding import assert_invariant, items_of, pieces

ITEMS: dict[str, tuple[bytes, list[Item]]] = {
    "elements of an array": (
        b'[{"a":1},\r\n{"b":[2]}]\n',
        [Event(b'{"a":1}', start=1, end=8), Event(b'{"b":[2]}', start=11, end=20)],
    ),
    "one object": (b' {"a":\n{}}\n', [Event(b'{"a":\n{}}', start=1, end=10)]),
    "one object after another": (b"{}\n{}", [Event(b"{}", start=0, end=2), Event(b"{}", start=3, end=5)]),
    "an error glued to an array": (
        b'[{}]{"error":1}',
        [Event(b"{}", start=1, end=3), Event(b'{"error":1}', start=4, end=15)],
    ),
    "brackets in strings are text": (b'[{"a":"}]\\"]\\\\"}]', [Event(b'{"a":"}]\\"]\\\\"}', start=1, end=16)]),
    "elements that are no objects": (
        b'["],", -1.5e3 ,null,[]]',
        [
            Event(b'"],"', start=1, end=5),
            Event(b"-1.5e3", start=7, end=13),
            Event(b"null", start=15, end=19),
            Event(b"[]", start=20, end=22),
        ],
    ),
    "an empty array": (b"[ ]", []),
    "an object that is cut": (b'[{},{"a":"', [Event(b"{}", start=1, end=3), Tail(b'{"a":"', 4, 10)]),
    "an array that is cut between elements": (b"[{},\n", [Event(b"{}", start=1, end=3), Tail(b"", 5, 5)]),
    "a number that is cut": (b"[12", [Tail(b"12", 1, 3)]),
    "what follows that is no JSON": (
        b"[{}]\n<p>{}",
        [Event(b"{}", start=1, end=3), Ignored(b"<p>{}", "not-json", 5, 10)],
    ),
    "an array closed as an object": (b"[{}}]", [Event(b"{}", start=1, end=3), Ignored(b"}]", "not-json", 3, 5)]),
    "a page": (b"<html>", [Ignored(b"<html>", "not-json", 0, 6)]),
    "a scalar alone": (b'"text"', [Ignored(b'"text"', "not-json", 0, 6)]),
    "a byte order mark": (
        b"\xef\xbb\xbf{}",
        [Ignored(b"\xef\xbb\xbf", "byte-order-mark", 0, 3), Event(b"{}", start=3, end=5)],
    ),
    "half a byte order mark": (b"\xef\xbb{}", [Ignored(b"\xef\xbb{}", "not-json", 0, 4)]),
    "half a byte order mark and no more": (b"\xef", [Ignored(b"\xef", "not-json", 0, 1)]),
    "nothing": (b" \n", []),
}


@pytest.mark.parametrize(("body", "expected"), ITEMS.values(), ids=ITEMS)
def test_items(body: bytes, expected: list[Item]) -> None:
    assert assert_invariant(json_document.Decoder, json_document.decode, body) == expected


def test_an_element_over_the_limit_is_skipped() -> None:
    body = b'[{"a":1},{"a":12},{},[1234567'
    expected = [
        Event(b'{"a":1}', start=1, end=8),
        Ignored(b"", "too-long", 9, 17),
        Event(b"{}", start=18, end=20),
        Tail(b"", 21, 29),
    ]
    decode = assert_invariant(lambda: json_document.Decoder(7), lambda body: json_document.decode(body, 7), body)
    assert decode == expected


def test_html_of_any_size_needs_no_memory() -> None:
    page = b"<p>" * 100_000
    whole = items_of(json_document.Decoder(), [page])
    assert items_of(json_document.Decoder(), pieces(page, 1460)) == whole
    assert b"".join(item.data for item in whole if isinstance(item, Ignored)) == page
    assert max(item.end - item.start for item in whole) == 65536


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(values, max_size=4), st.sampled_from([None, 0, 2]), st.booleans())
def test_elements_are_those_of_the_json_parser(made: list[object], indent: int | None, ascii_only: bool) -> None:
    body = json.dumps(made, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "replace")
    found = assert_invariant(json_document.Decoder, json_document.decode, body)
    assert all(isinstance(item, Event) and item.data == body[item.start : item.end] for item in found)
    assert [json.loads(item.data) for item in found if isinstance(item, Event)] == json.loads(body)


LONG = {
    "many escapes in a string": lambda count: {"text": '\n"\\' * count},
    "an escape at the end of a string": lambda count: ["x" * count + "\\", "\\" * count],
    "many strings between brackets": lambda count: ["]", *[f'{n}"}}' for n in range(count)], {}],
    "many members": lambda count: {f"{n}": None for n in range(count)},
    "brackets within brackets": lambda count: json.loads("[" * count + '"]"' + "]" * count),
}


@pytest.mark.parametrize("made", LONG.values(), ids=LONG)
@pytest.mark.parametrize("count", [*range(19, 24), *range(62, 67), 126, 127, 128, 129, 300])
def test_elements_do_not_depend_on_the_number_of_strings(made: Callable[[int], object], count: int) -> None:
    """One match covers a limited number of strings and escapes; elements are the same around that limit."""
    elements = [made(count), {}]
    body = json.dumps(elements).encode()
    first = len(json.dumps(elements[0])) + 1
    expected = [Event(body[1:first], start=1, end=first), Event(b"{}", start=first + 2, end=first + 4)]
    assert list(json_document.decode(body).items()) == expected
    for size in (1, 7, 64, 1460):
        assert items_of(json_document.Decoder(), pieces(body, size)) == expected
    if count < 130:
        for at in range(1, len(body)):
            assert items_of(json_document.Decoder(), [body[:at], body[at:]]) == expected


words = st.sampled_from([b"[", b"]", b"{", b"}", b'"', b"\\", b",", b" ", b"1", b"a", b"\xef", b"\xbb", b"\xbf"])


@given(st.lists(words, max_size=16).map(b"".join) | st.binary(max_size=30), st.integers(1, 8))
def test_any_split_returns_the_same_items(body: bytes, limit: int) -> None:
    assert_invariant(json_document.Decoder, json_document.decode, body)
    assert_invariant(lambda: json_document.Decoder(limit), lambda body: json_document.decode(body, limit), body)
