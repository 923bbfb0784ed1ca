"""A WebSocket has several responses: its stream is complete if the last of them is."""

from __future__ import annotations

import json

import pytest

from streamkit.apis import interpret
from streamkit.model.exchange import Exchange, Frame, Frames, Response

UPGRADED = Response(5, 101, headers=(("upgrade", "websocket"),))
CREATED, TEXT, DONE = "response.created", "response.output_text.delta", "response.completed"


@pytest.mark.parametrize(
    ("kinds", "verdict"),
    [
        ([CREATED, TEXT, DONE], "complete"),
        ([CREATED, TEXT, DONE, CREATED, TEXT, DONE], "complete"),
        ([CREATED, TEXT, DONE, CREATED, TEXT], "truncated"),
        ([CREATED, TEXT, DONE, CREATED], "truncated"),
        ([CREATED, TEXT], "truncated"),
    ],
)
def test_the_verdict_is_that_of_the_last_response(kinds: list[str], verdict: str) -> None:
    response = {"id": "r", "object": "response", "status": "in_progress", "output": []}
    events = [
        {"type": kind, "delta": "Hi", "item_id": "i", "output_index": 0, "content_index": 0}
        if kind == TEXT
        else {"type": kind, "response": response}
        for kind in kinds
    ]
    frames = [Frame(json.dumps(event).encode(), at) for at, event in enumerate(events)]
    stream = interpret(Exchange(frames=Frames.of(frames), response=UPGRADED, clock="monotonic", source="client"))
    assert (stream.api, stream.verdict) == ("openai_responses", verdict)
