"""Over a WebSocket, the times to tokens count from the client's request for the response."""

from __future__ import annotations

import json

import pytest

from streamkit.apis import interpret
from streamkit.metrics import METRICS, measure
from streamkit.model import recording

TEXT = '{"type":"response.output_text.delta","event_id":"e","response_id":"r","delta":"Hi"}'
MS = 1_000_000


def lines(*messages: tuple[str, int, str]) -> list[bytes]:
    records = [
        '{"type":"start","streamkit":1,"source":"client","clock":"monotonic","request":null}',
        '{"type":"response","at":5000000,"status":101,"headers":[["upgrade","websocket"]]}',
        *(f'{{"type":"{kind}","at":{at * MS},"text":{json.dumps(text)}}}' for kind, at, text in messages),
    ]
    return [line.encode() + b"\n" for line in records]


CREATE = '{"type":"response.create"}'
CASES: dict[str, tuple[list[tuple[str, int, str]], dict[str, object]]] = {
    "from the request before the first token": (
        [("sent", 10, CREATE), ("frame", 12, "{}"), ("sent", 100, CREATE), ("frame", 130, TEXT), ("frame", 150, TEXT)],
        {"time_to_first_token": 30 * MS, "time_to_second_token": 50 * MS, "time_to_last_token": 50 * MS},
    ),
    "the last token of a second response, from its request": (
        [("sent", 10, CREATE), ("frame", 30, TEXT), ("sent", 100, CREATE), ("frame", 140, TEXT)],
        {"time_to_first_token": 20 * MS, "time_to_last_token": 40 * MS},
    ),
    "other messages are no request": (
        [("sent", 10, CREATE), ("sent", 20, '{"type":"input_audio_buffer.append"}'), ("frame", 30, TEXT)],
        {"time_to_first_token": 20 * MS, "time_to_first_event": 30 * MS, "time_to_headers": 5 * MS},
    ),
    "without a request": (
        [("sent", 10, "{}"), ("frame", 30, TEXT)],
        {"time_to_first_token": "no-request-time", "time_to_first_byte": 30 * MS},
    ),
}


@pytest.mark.parametrize(("messages", "expected"), CASES.values(), ids=CASES)
def test_times_since_the_request(messages: list[tuple[str, int, str]], expected: dict[str, object]) -> None:
    stream = interpret(next(recording.read(lines(*messages))))
    samples = measure(stream, [METRICS[name] for name in expected]).samples
    assert {name: sample.values[0] if sample.values else sample.missing for name, sample in samples.items()} == expected
