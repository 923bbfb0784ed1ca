"""One chunk of another API, in the middle or at the end of a clean stream, does not change the detection, for any two APIs.

Every pair of APIs is tried, with every event of the other one's good stream.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from streamkit.apis import APIS, UNKNOWN, Incremental, interpret
from streamkit.model.exchange import End, Exchange, Frame, Frames, Response
from tests.apis.test_specs import body_of, cases

STREAMS = Path(__file__).parents[1] / "specs" / "streams"
FILES = {
    "a2a": "a2a.sse",
    "ag_ui": "ag-ui.sse",
    "ai_data_stream": "data-stream.txt",
    "ai_sdk_ui": "ui-message.sse",
    "anthropic_completions": "text-completion.sse",
    "anthropic_messages": "anthropic.sse",
    "bedrock_agent": "agent.ndjson",
    "bedrock_converse": "converse-tool.sse",
    "bedrock_invoke": "invoke-titan.ndjson",
    "cloudflare": "cloudflare.sse",
    "cohere": "cohere-tool.sse",
    "gemini": "gemini.sse",
    "gemini_interactions": "interactions.sse",
    "langgraph": "langgraph.sse",
    "mcp": "mcp.sse",
    "mistral_conversations": "conversation.sse",
    "ollama": "ollama-tool.ndjson",
    "openai_assistants": "assistants.sse",
    "openai_chat": "chat.sse",
    "openai_completions": "completions.sse",
    "openai_realtime": "realtime.ndjson",
    "openai_responses": "responses.sse",
    "openai_transcription": "transcription.sse",
    "plain_text": "text.sse",
    "replicate": "replicate.sse",
    "tgi": "tgi.sse",
    "watsonx": "watsonx.sse",
    "writer_completions": "writer.sse",
}
"""The good streams; another API's is the first one of its page."""


@dataclass(frozen=True)
class Event:
    """An event as its two fields."""

    name: str
    data: str

    def in_framing(self, suffix: str) -> str:
        """The event in a stream of this kind of file; a line of NDJSON has no name."""
        if suffix == ".ndjson":
            return f"{self.data}\n"
        if suffix == ".txt":
            return f"{self.name or 0}:{self.data}\n"
        return (f"event: {self.name}\n" if self.name else "") + f"data: {self.data}\n\n"


def good_stream(api: str) -> tuple[str, str]:
    """Return the suffix of a file with the API's good stream, and its text."""
    if api in FILES:
        path = STREAMS / FILES[api]
        return path.suffix, path.read_text(encoding="utf-8").replace("\r\n", "\n")
    case = next(case for case in cases() if case.page == api)
    return {"ndjson": ".ndjson", "lines": ".txt"}.get(case.framing, ".sse"), body_of(case).decode()


GOOD = {api: good_stream(api) for api in sorted(APIS) if api != UNKNOWN}


def events_of(api: str) -> list[Event]:
    suffix, text = GOOD[api]
    if suffix == ".ndjson":
        return [Event("", line) for line in text.splitlines()]
    if suffix == ".txt":
        return [Event(*line.partition(":")[::2]) for line in text.splitlines()]
    events = []
    for block in text.strip("\n").split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in block.split("\n"))
        events.append(Event(fields.get("event", ""), fields["data"]))
    return events


def exchange_of(api: str, events: list[Event]) -> Exchange:
    suffix, _ = GOOD[api]
    body = "".join(event.in_framing(suffix) for event in events).encode()
    kind = "application/x-ndjson" if suffix == ".ndjson" else "text/event-stream"
    return Exchange(
        frames=Frames.of([Frame(body, 0)]),
        response=Response(0, 200, headers=(("content-type", kind),)),
        end=End(at=0, reason="eof"),
    )


def objects(api: str) -> list[Event]:
    """The events of an API whose data is a JSON object."""
    return [event for event in events_of(api) if event.data.startswith("{")]


@pytest.mark.parametrize("api", GOOD)
def test_a_clean_stream_is_known(api: str) -> None:
    assert interpret(exchange_of(api, events_of(api))).api == api


@pytest.mark.parametrize("other", [api for api in GOOD if objects(api)])
@pytest.mark.parametrize("api", GOOD)
def test_one_foreign_chunk_does_not_turn_the_detection(api: str, other: str) -> None:
    events = events_of(api)
    for foreign in objects(other) if other != api else ():
        for place in (len(events) // 2, len(events)):
            stream = interpret(exchange_of(api, [*events[:place], foreign, *events[place:]]))
            assert stream.api == api, (place, foreign, stream.detected)


def chat(count: int) -> list[Event]:
    return [Event("", json.dumps({"choices": [{"index": 0, "delta": {"content": "a"}}]}))] * count


def ollama(count: int) -> list[Event]:
    return [Event("", json.dumps({"message": {"content": "a"}, "done": False}))] * count


@pytest.mark.parametrize(
    ("events", "api"),
    [
        ([Event("", '{"step":1}')] * 3 + [Event("", '{"value":"a"}')], "unknown"),
        ([Event("", '{"step":1}')] * 2 + [Event("", "a word")] * 2, "unknown"),
        ([Event("", '{"step":1}')] + [Event("", "a word")] * 2, "plain_text"),
        ([Event("", '{"step":1}')] * 3 + chat(1), "openai_chat"),
    ],
)
def test_among_unknown_chunks_one_decides_only_if_it_is_unambiguous(events: list[Event], api: str) -> None:
    assert interpret(exchange_of("openai_chat", events)).api == api


@pytest.mark.parametrize(
    ("events", "api", "detected"),
    [
        ([*chat(3)], "openai_chat", "choices hold a delta"),
        (
            [*chat(3), *ollama(1), *chat(2)],
            "openai_chat",
            "choices hold a delta, in 5 of 6 events; 1 is of ollama",
        ),
        (
            [*chat(2), *ollama(2)],
            "openai_chat",
            "choices hold a delta, in 2 of 4 events; 2 are of ollama",
        ),
        (
            [*chat(2), *ollama(3)],
            "ollama",
            "a chunk holds 'done' and a message or a response, in 3 of 5 events; 2 are of openai_chat",
        ),
    ],
)
def test_where_two_apis_meet_the_detection_shows_both(events: list[Event], api: str, detected: str) -> None:
    exchange = exchange_of("openai_chat", events)
    stream = interpret(exchange)
    assert (stream.api, stream.detected) == (api, detected)
    live = Incremental(Exchange(frames=Frames.of([])))
    assert exchange.response is not None
    live.response(exchange.response)
    live.frame(exchange.frames.body, 0)
    assert live.close(exchange.end).api == api
