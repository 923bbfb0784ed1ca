"""Any stream, cut anywhere, gives the same items: the shared conformance vectors, and generated streams."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.wire import sse
from streamkit.wire.values import Event, Item
from tests.wire.encoding import encode
from tests.wire.feeding import SHARED, assert_invariant, items_of

VECTORS = SHARED / "vectors" / "sse.jsonl"


def vectors() -> list[Any]:
    if not VECTORS.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no conformance vectors at {VECTORS}"))]
    cases = [json.loads(line) for line in VECTORS.read_bytes().splitlines()]
    return [pytest.param(case, id=case["name"]) for case in cases if "meta" not in case["tags"]]


@pytest.mark.parametrize("case", vectors())
def test_vector(case: dict[str, Any]) -> None:
    body = base64.b64decode(case["input_b64"])
    items = assert_invariant(sse.Decoder, sse.decode, body)
    found = [
        {"event": item.name, "data": item.text, "id": item.id, "retry": item.retry}
        for item in items
        if isinstance(item, Event)
    ]
    assert found == case["expect"]
    events = sse.decode(body)
    assert {"last_event_id": events.last_id, "retry": events.retry} == case["final"]


WORDS = [
    *(b"\n", b"\n", b"\n\n", b"\r", b"\r\n", b"\r\n\r\n", b":", b" ", b"\0", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xff"),
    *(b"data", b"data: ", b"data:", b"event", b"event: ", b"id: ", b"id", b"retry: ", b"foo: ", b": keep-alive"),
    *(b"data: x\n\n", b"data: x\r\n\r\n", b"event: e\ndata: x\n\n", b"x", b"12", b'{"a":"b"}', b"message"),
]
bodies = st.lists(st.sampled_from(WORDS), max_size=40).map(b"".join) | st.binary(max_size=80)


def cut(body: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[start:end] for start, end in pairwise(edges)]


@given(bodies, st.lists(st.integers(0, 10_000), max_size=12))
def test_any_split_returns_the_same_items(body: bytes, places: list[int]) -> None:
    decoder, whole = sse.Decoder(), sse.Decoder()
    items = items_of(whole, [body])
    assert items_of(decoder, cut(body, places)) == items
    events = sse.decode(body)
    assert list(events.items()) == items
    state = (whole.last_id, whole.retry)
    assert (decoder.last_id, decoder.retry) == (events.last_id, events.retry) == state


@given(bodies, st.lists(st.integers(0, 10_000), max_size=12), st.integers(1, 40))
def test_any_split_returns_the_same_items_with_a_limit(body: bytes, places: list[int], limit: int) -> None:
    items = items_of(sse.Decoder(limit), [body])
    assert items_of(sse.Decoder(limit), cut(body, places)) == items
    assert list(sse.decode(body, limit).items()) == items


@given(bodies)
def test_positions_point_at_the_items_in_the_body(body: bytes) -> None:
    before = 0
    for item in items_of(sse.Decoder(), [body]):
        assert 0 <= item.start <= item.end <= len(body)
        assert item.end >= before, "items come in the order of their ends"
        before = item.end
        if isinstance(item, Event):
            again: list[Item] = items_of(sse.Decoder(), [body[item.start : item.end]])
            events = [one for one in again if isinstance(one, Event)]
            assert [(one.data, one.name, one.retry) for one in events] == [(item.data, item.name, item.retry)]


lines = st.binary(max_size=30).map(lambda data: data.replace(b"\r", b""))
names = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=8)
ids = st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"), max_size=8)
events_made = st.builds(Event, lines, names.map(lambda name: name or "message"), ids, st.none() | st.integers(0, 10**6))


@given(st.lists(events_made, max_size=6))
def test_round_trip(made: list[Event]) -> None:
    body, last_id = b"", ""
    for event in made:
        body, last_id = body + encode(event, last_id), event.id
    events = sse.decode(body)
    found = [(one.data, one.name, one.id, one.retry) for one in events.items() if isinstance(one, Event)]
    assert found == [(one.data, one.name, one.id, one.retry) for one in made]
    assert not events.asides
