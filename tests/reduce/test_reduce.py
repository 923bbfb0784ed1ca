"""The result of `reduce`: nothing insignificant, and none of the original text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.reduce import fewest, reduce
from streamkit.reduce.mask import mask


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.sets(st.integers(0, 9), min_size=1, max_size=4))
def test_every_remaining_item_is_needed(items: list[int], needed: set[int]) -> None:
    def fails(left: Sequence[int]) -> bool:
        return needed <= set(left)

    if not fails(items):
        return
    kept = fewest(items, fails)
    assert sorted(kept) == sorted(needed)
    assert not any(fails(kept[:place] + kept[place + 1 :]) for place in range(len(kept)))


def test_the_order_is_kept() -> None:
    kept = fewest(list("abcdefgh"), lambda left: {"b", "g"} <= set(left))
    assert kept == ["b", "g"]


def test_insignificant_fields_are_removed() -> None:
    pieces = [b'data: {"a":{"b":[1,2,3],"c":7},"d":"text"}\n\n']
    left = reduce(pieces, lambda given: b'"c"' in given[0])
    assert left.pieces == [b'data: {"a":{"c":7}}\n\n']
    assert left.masked


@pytest.mark.parametrize(
    ("value", "left"),
    [({"a": [1, 2, 3]}, {"a": [1]}), ({"a": 1, "b": 2}, {"b": 2}), ({"a": [{"b": 1}, 2]}, {"a": [{}]})],
)
def test_of_several_members_that_would_do_the_last_and_of_a_list_the_first_is_kept(value: Any, left: Any) -> None:
    def fails(pieces: Sequence[bytes]) -> bool:
        """Something is in the object, and in the list in it."""
        found = json.loads(pieces[0].removeprefix(b"data: "))
        return bool(found) and bool(found.get("a", True))

    assert json.loads(reduce([b"data: %b\n\n" % json.dumps(value).encode()], fails).pieces[0][6:]) == left


@pytest.mark.parametrize(
    "name",
    ["type", "object", "role", "finish_reason", "finishReason", "native_finish_reason", "stop_reason", "status",
     "blockReason", "done_reason"],
)  # fmt: skip
def test_values_of_the_protocol_are_kept(name: str) -> None:
    assert mask(b'data: {"%b":"end_turn","text":"end_turn"}\n\n' % name.encode()) == (
        b'data: {"%b":"end_turn","text":"xxx_xxxx"}\n\n' % name.encode()
    )


def test_text_is_masked_and_protocol_words_are_not() -> None:
    piece = b'event: ping\ndata: {"id":"chatcmpl-Ab1","role":"assistant","content":"H\xc3\xa9llo, {wor1d}\\n"}\n\n'
    assert mask(piece) == (
        b'event: ping\ndata: {"id":"xxxxxxxx-xx0","role":"assistant","content":"xxxxx, {xxx0x}\\n"}\n\n'
    )


def test_broken_json_is_masked_in_place() -> None:
    assert mask(b'data: {"role":"user","content":"secret te\n\n') == b'data: {"role":"user","content":"xxxxxx xx\n\n'
    assert mask(b"data: error: upstream\n\n") == b"data: xxxxx: xxxxxxxx\n\n"
    assert mask(b"data: [DONE]\n\n") == b"data: [DONE]\n\n"


@pytest.mark.parametrize(
    ("piece", "masked"),
    [
        ('data: {"id" "ab-12","content":"你好 42"}\n\n', 'data: {"xx" "xx-00","content":"xx 00"}\n\n'),
        (
            'data: {"content":"Zo\\u00eb\\n\\"\\ud83d","a":1.5e3,\n\n',
            'data: {"content":"xxx\\n\\"\\ud83d","a":1.5e3,\n\n',
        ),
        ('data: {"a":1}data: {"b":"Bob"}\n\n', 'data: {"a":1}data: {"b":"xxx"}\n\n'),
        ("data: {'role': 'Bob', 'n': None}\n\n", "data: {'xxxx': 'xxx', 'x': xxxx}\n\n"),
        (
            'data: {"a":Bob,"b":true,"c":NaN,"d":null,"k":4242424242}\n\n',
            'data: {"a":xxx,"b":true,"c":NaN,"d":null,"k":1000000000}\n\n',
        ),
        ('error: {"message":"key sk-abc123"}\n\n', 'xxxxx: {"message":"xxx xx-xxx000"}\n\n'),
        ('{"role":"user","content":"Bob"}\n\n', '{"role":"user","content":"xxx"}\n\n'),
        (
            "event: message_stop\nid: bob-7\nretry: 10\ndata: {}\n\n",
            "event: message_stop\nid: xxx-0\nretry: 10\ndata: {}\n\n",
        ),
        ("event: Bob said hi\ndata: {}\n\n", "event: xxx xxxx xx\ndata: {}\n\n"),
        ('data: Bob\ndata: {"a":1}\n\n', 'data: xxx\ndata: {"a":1}\n\n'),
        ('data: {"role":"Bob said that he is here"}\n\n', 'data: {"role":"xxx xxxx xxxx xx xx xxxx"}\n\n'),
        ("<h1>Привет, Zoë</h1>\n", "<x0>xxxxxx, xxx</x0>\n"),
    ],
)
def test_no_original_text_remains(piece: str, masked: str) -> None:
    assert mask(piece.encode()).decode() == masked


def test_bytes_that_are_not_text_are_kept() -> None:
    assert mask(b'data: {"content":"Bob \xe9"}\n\n') == b'data: {"content":"xxx \xe9"}\n\n'


def test_comments_are_masked() -> None:
    assert mask(b': keep alive, Bob\ndata: {"a":1}\n\n') == b': xxxx xxxxx, xxx\ndata: {"a":1}\n\n'


def test_unmaskable_content_is_reported() -> None:
    left = reduce([b'data: {"content":"magic"}\n\n'], lambda given: b"magic" in given[0])
    assert not left.masked
    assert b"magic" in left.pieces[0]
