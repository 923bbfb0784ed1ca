"""AG-UI's shorthand and what its clients leave out: as npm `@ag-ui/client` 1.0 reads them, which rejects the streams with an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit.apis import assemble, interpret
from streamkit.model.exchange import End, Exchange, Frame, Frames
from streamkit.model.stream import Stream
from streamkit.rules import lint, selected

TEXT, CALL = "TEXT_MESSAGE_CHUNK", "TOOL_CALL_CHUNK"
PARTS = [{"type": "text", "text": "Rain"}, {"type": "hologram", "source": {}}]


def run(*events: dict[str, Any]) -> Stream:
    """A run with these events."""
    ids = {"threadId": "t", "runId": "r"}
    whole = ({"type": "RUN_STARTED", **ids}, *events, {"type": "RUN_FINISHED", **ids})
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in whole)
    return interpret(Exchange(frames=Frames.of([Frame(body.encode(), 0)]), end=End(at=0, reason="eof")), judge=True)


def test_a_failed_run_can_have_a_usage() -> None:
    counts = {"inputTokens": 3, "outputTokens": 2}
    failed = {"type": "RUN_ERROR", "message": "overloaded", "usage": [{"model": "m", **counts}]}
    stream = run(failed)
    assert stream.usage is not None
    assert (stream.usage.input, stream.usage.output) == (3, 2)


def found(stream: Stream) -> list[str]:
    return [f"{one.code} {one.severity}" for one in lint(stream, selected()) if one.severity != "info"]


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ({"type": TEXT, "messageId": "m", "role": "user"}, {"type": TEXT, "role": "assistant"}, ["SEQ460 error"]),
        ({"type": TEXT, "messageId": "m", "role": "user"}, {"type": TEXT, "role": "user"}, []),
        ({"type": TEXT, "messageId": "m"}, {"type": TEXT, "role": "assistant"}, []),
        ({"type": TEXT, "messageId": "m"}, {"type": TEXT, "role": "user"}, ["SEQ460 error"]),
        ({"type": TEXT, "messageId": "m"}, {"type": TEXT, "name": "x"}, ["SEQ460 error"]),
        ({"type": TEXT, "messageId": "m", "role": "user"}, {"type": TEXT, "messageId": "n", "role": "assistant"}, []),
        (
            {"type": CALL, "toolCallId": "c", "toolCallName": "f", "delta": "{}"},
            {"type": CALL, "toolCallName": "g"},
            ["SEQ460 error"],
        ),
        (
            {"type": CALL, "toolCallId": "c", "toolCallName": "f", "delta": "{}"},
            {"type": CALL, "toolCallId": "c", "parentMessageId": "m"},
            ["SEQ460 error"],
        ),
        ({"type": CALL, "toolCallId": "c", "delta": "{"}, {"type": CALL, "delta": "}"}, ["SEQ452 error"]),
    ],
)
def test_a_chunk_repeats_what_opened_its_message(
    first: dict[str, Any], second: dict[str, Any], codes: list[str]
) -> None:
    assert found(run(first, second)) == codes


def test_an_operation_that_does_not_exist_is_left_out_of_a_change() -> None:
    operations = [{"op": "increment", "path": "/n"}, {"op": "replace", "path": "/n", "value": 5}]
    stream = run({"type": "STATE_SNAPSHOT", "snapshot": {"n": 1}}, {"type": "STATE_DELTA", "delta": operations})
    assert found(stream) == ["SEQ466 warning"]
    assert assemble(stream).object["state"] == {"n": 5}


def test_a_part_that_does_not_exist_is_left_out_of_a_message() -> None:
    snapshot = run({"type": "MESSAGES_SNAPSHOT", "messages": [{"id": "m", "role": "user", "content": PARTS}]})
    result = run(
        {"type": "TOOL_CALL_START", "toolCallId": "c", "toolCallName": "f"},
        {"type": "TOOL_CALL_END", "toolCallId": "c"},
        {"type": "TOOL_CALL_RESULT", "messageId": "m", "toolCallId": "c", "content": PARTS},
    )
    for stream in (snapshot, result):
        assert found(stream) == ["SCH325 warning"]
        assert assemble(stream).object["messages"][-1]["content"] == PARTS[:1]


def test_a_message_of_a_role_that_does_not_exist_is_left_out() -> None:
    messages = [{"id": "m", "role": "narrator", "content": "a"}, {"id": "n", "role": "user", "content": "b"}]
    stream = run({"type": "MESSAGES_SNAPSHOT", "messages": messages})
    assert found(stream) == ["SCH325 warning"]
    assert [message["id"] for message in assemble(stream).object["messages"]] == ["n"]
