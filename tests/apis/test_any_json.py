"""No content raises: every API is fed with every kind of JSON, and `interpret` with arbitrary bytes."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamkit.apis import APIS, Assembler, Ending, Sample, assemble, interpret
from streamkit.apis.openai_chat.chunks import deltas, every_delta
from streamkit.model.exchange import Exchange, Frame, Frames, Response
from streamkit.model.message import Reply
from streamkit.model.timeline import added, timeline
from tests.apis.test_specs import cases

# Keys and words that the APIs know, so that random objects exercise their code.
WORDS = sorted(
    {
        word
        for case in cases()
        for word in json.dumps(case.body).replace("\\", "").replace('"', " ").replace(":", " ").split()
        if word.replace("_", "").replace("-", "").replace(".", "").isalpha() and len(word) < 40
    }
)
words = st.sampled_from(WORDS)
leaves = st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | words | st.text(max_size=3) | st.just("\ud83d")
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4), max_leaves=12
)
chunks = st.dictionaries(words, values, max_size=6)


def real_chunks() -> list[dict[str, Any]]:
    found = []
    for case in cases():
        for line in case.body.splitlines():
            data = line.removeprefix("data: ")
            if data.startswith("{"):
                with contextlib.suppress(json.JSONDecodeError):  # a page may show a broken chunk
                    found.append(json.loads(data))
    return found


REAL = real_chunks()


def read_all(assembler: Assembler) -> str:
    """Read everything that an assembler offers."""
    return repr((assembler.object, assembler.message))


@st.composite
def mutants(draw: st.DrawFn) -> dict[str, Any]:
    """A chunk of a page in which one value, at any depth, is replaced by another."""
    chunk = json.loads(json.dumps(draw(st.sampled_from(REAL))))
    holder: Any = chunk
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            return chunk
        key = draw(st.sampled_from(keys))
        if isinstance(holder[key], (dict, list)) and holder[key] and draw(st.integers(0, 3)):
            holder = holder[key]
        else:
            holder[key] = draw(values)
            return chunk


@pytest.mark.parametrize("name", list(APIS))
@settings(max_examples=20)
@given(stream=st.lists(chunks | mutants(), max_size=6))
def test_no_json_makes_an_api_raise(name: str, stream: list[dict[str, Any]]) -> None:
    api = APIS[name]
    if api.unwrap is not None:
        stream = [api.unwrap(chunk, "chunk") for chunk in stream]
    if api.follow is not None:
        given = repr(stream)
        followed = list(map(api.follow(), stream))
        assert repr(stream) == given, "a chunk is never changed"
        stream = followed
    assembler = api.assembler()
    flags = []
    for chunk in stream:
        before = repr(chunk)
        flags.append(api.flags(chunk))
        assert all(isinstance(delta.text, str) for delta in api.deltas(chunk))
        api.usage(chunk), api.model(chunk), api.streamed(chunk)
        assembler.feed(chunk)
        read_all(assembler)
        assert repr(chunk) == before, "a chunk is never changed"
    api.ended(Ending(stream, flags, False))
    if api.all_flags is not None:
        assert api.all_flags(stream) == flags
    api.recognises(Sample(path="/", framing="sse", chunks=stream, names=[""] * len(stream)))
    assert read_all(assembler) == read_all(assembler), "reading changes nothing"


@settings(max_examples=100)
@given(chunk=chunks | mutants())
def test_the_shortcut_for_text_finds_the_same_as_the_full_reader(chunk: dict[str, Any]) -> None:
    assert deltas(chunk) == every_delta(chunk)


@pytest.mark.parametrize("name", list(APIS))
@settings(max_examples=15)
@given(stream=st.lists(mutants(), max_size=8), data=st.data())
def test_reading_while_feeding_changes_nothing(name: str, stream: list[dict[str, Any]], data: st.DataObject) -> None:
    """Reading a message while it arrives does not change the final message."""
    read_between, read_at_end = APIS[name].assembler(), APIS[name].assembler()
    for chunk in stream:
        read_between.feed(chunk)
        read_at_end.feed(chunk)
        if data.draw(st.booleans()):
            read_all(read_between)
    assert read_all(read_between) == read_all(read_at_end)


@pytest.mark.parametrize("name", list(APIS))
def test_deep_nesting_is_handled(name: str) -> None:
    deep: Any = "x"
    for key in ["content", "delta", "message", "parts", "usage", "error"] * 150:
        deep = {key: [deep]} if key in ("content", "parts") else {key: deep}
    fields = [
        "choices",
        "delta",
        "message",
        "error",
        "usage",
        "content",
        "response",
        "candidates",
        "item",
        "data",
        "text",
    ]
    api = APIS[name]
    assembler = api.assembler()
    for field in fields:
        for chunk in ({field: deep}, {field: [deep]}, {"choices": [{"index": 0, "delta": {field: deep}}]}):
            for one in (chunk, chunk):
                api.flags(one), api.deltas(one), api.usage(one)
                assembler.feed(one)
    assert isinstance(assembler.message, Reply)


@settings(max_examples=100)
@given(
    pieces=st.lists(
        st.binary(max_size=20)
        | chunks.map(lambda chunk: b"data: " + json.dumps(chunk).encode() + b"\n\n")
        | mutants().map(lambda chunk: json.dumps(chunk).encode() + b"\n")
        | st.sampled_from([b"data: [DONE]\n\n", b"event: error\n", b": c\n\n", b"[", b"{", b'data: {"a', b"\n\n"]),
        max_size=8,
    ),
    kind=st.sampled_from(
        [None, *["text/event-stream", "application/x-ndjson", "application/json", "application/vnd.amazon.eventstream"]]
    ),
)
def test_no_bytes_make_interpret_raise(pieces: list[bytes], kind: str | None) -> None:
    response = Response(1, 200, headers=(("content-type", kind),)) if kind else None
    frames = Frames.of([Frame(piece, at) for at, piece in enumerate(pieces)])
    stream = interpret(Exchange(frames=frames, response=response, clock="monotonic"), judge=True)
    assert stream.exchange.frames.body == b"".join(pieces)
    read_all(assemble(stream))
    for moment in timeline(stream):
        added(stream, moment)
