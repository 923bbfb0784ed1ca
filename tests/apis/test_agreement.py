"""In every API, the deltas of chunks, their flags and the assembled message agree."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from streamkit.apis import APIS, assemble, interpret
from streamkit.formats import read
from streamkit.model.exchange import Exchange, Frame, Frames
from streamkit.model.message import ERROR, FINISH, REASONING, TEXT, TOOL, USAGE
from streamkit.model.stream import Stream
from tests.apis.test_counts import REPORTS
from tests.apis.test_specs import cases, stream_of

ROOT = Path(__file__).parents[2]
FILES = [*sorted(ROOT.glob("recordings/**/*.jsonl")), *sorted(ROOT.glob("tests/specs/streams/*"))]
FLAGS = {"text": TEXT, "reasoning": REASONING, "tool": TOOL, "finish": FINISH, "error": ERROR, "usage": USAGE}
# Their usage is counted up to the end in every chunk (watsonx), comes with the text (invoke), or is that of each step
# (assistants): a line of a timeline shows it elsewhere.
UNFLAGGED_USAGE = {"watsonx", "bedrock_invoke", "openai_assistants"}


def streams() -> Iterator[Stream]:
    """Yield the streams of the files, and those on the page of an API of which no file has a complete one."""
    found = [interpret(exchange) for path in FILES for exchange in read(str(path))]
    yield from found
    without = APIS.keys() - {stream.api for stream in found if stream.verdict == "complete"}
    yield from (stream_of(case) for case in cases() if case.page in without)


STREAMS = list(streams())
COMPLETE = [stream for stream in STREAMS if stream.verdict == "complete"]


def named(stream: Stream) -> str:
    return f"{stream.api}-{Path(stream.file).name}-{stream.number}"


def disagreements(stream: Stream) -> list[tuple[int, str]]:
    """The chunks, and the kinds of content in which their flags and their deltas differ."""
    return [
        (chunk, kind)
        for chunk, flags in enumerate(stream.flags)
        for kind, flag in FLAGS.items()
        if bool(flags & flag) != any(delta.kind == kind for delta in stream.deltas(chunk))
        and not (kind == "usage" and stream.api in UNFLAGGED_USAGE)
    ]


@pytest.mark.parametrize("stream", STREAMS, ids=named)
def test_flags_and_deltas_agree(stream: Stream) -> None:
    assert disagreements(stream) == []


@pytest.mark.parametrize("api", sorted(set(REPORTS) - UNFLAGGED_USAGE))
def test_flags_and_deltas_agree_about_a_chunk_that_reports_usage(api: str) -> None:
    import orjson

    report = REPORTS[api](7)
    # The chunks of LangGraph contain the name of their event.
    name, data = (report["event"], report["data"]) if api == "langgraph" else ("", report)
    body = b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(data))
    stream = interpret(Exchange(frames=Frames.of([Frame(body, 0)])), api=api)
    assert stream.chunks
    assert stream.flags[0] & USAGE
    assert disagreements(stream) == []


@pytest.mark.parametrize("stream", COMPLETE, ids=named)
def test_the_message_contains_what_the_chunks_add(stream: Stream) -> None:
    messages = assemble(stream).message.messages
    deltas = [delta for chunk in range(len(stream.chunks)) for delta in stream.deltas(chunk)]
    for message in messages:
        own = [delta for delta in deltas if len(messages) == 1 or delta.choice == message.choice]
        for kind in ("text", "reasoning"):
            added = "".join(delta.text for delta in own if delta.kind == kind)
            assert "".join(part.text for part in message.parts if part.kind == kind) == added
        # Some APIs repeat the name of a call with its arguments.
        calls = [delta.name for delta in own if delta.kind == "tool" and delta.name]
        names = [part.name for part in message.parts if part.kind == "tool_call" and part.name]
        assert [name for name, _ in groupby(names)] == [name for name, _ in groupby(calls)]


def test_every_api_that_has_a_stream_here_is_compared() -> None:
    assert set(APIS) - {stream.api for stream in COMPLETE} <= {"unknown"}
