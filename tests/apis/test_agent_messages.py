"""The payload of an InvokeAgent message is put under the name of its event, even if it has a member of that name itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit.apis import interpret
from streamkit.model.exchange import Exchange, Frame, Frames, Response
from streamkit.wire import aws_eventstream

TEXT = aws_eventstream.encode("chunk", b'{"bytes":"SGk="}')
FILE = {"name": "plot.png", "type": "image/png", "bytes": "UE5H"}
STEP = {"orchestrationTrace": {"rationale": {"traceId": "t-0", "text": "I look."}}}


@pytest.mark.parametrize(
    ("name", "payload", "chunk"),
    [
        ("chunk", {"bytes": "SGk="}, {"chunk": {"bytes": "SGk="}}),
        ("files", {"files": [FILE]}, {"files": {"files": [FILE]}}),
        ("trace", {"trace": STEP}, {"trace": {"trace": STEP}}),
        ("trace", {"sessionId": "s", "trace": STEP}, {"trace": {"sessionId": "s", "trace": STEP}}),
        ("trace", {"trace": {"trace": STEP}}, {"trace": {"trace": STEP}}),
        ("files", {"files": {"files": [FILE]}}, {"files": {"files": [FILE]}}),
        ("throttlingException", {"message": "slow down"}, {"throttlingException": {"message": "slow down"}}),
    ],
)
def test_payload(name: str, payload: dict[str, Any], chunk: dict[str, Any]) -> None:
    body = TEXT + aws_eventstream.encode(name, json.dumps(payload).encode())
    response = Response(0, 200, headers=(("content-type", "application/vnd.amazon.eventstream"),))
    stream = interpret(Exchange(frames=Frames.of([Frame(body, 0)]), response=response))
    assert stream.api == "bedrock_agent"
    assert stream.chunks[1] == chunk
