"""Agents as people write them, two providers and several turns each, recorded through one proxy and served unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from streamkit.formats import read
from streamkit.model.exchange import Exchange
from streamkit.playback.player import Pace
from streamkit.service.destinations import Destinations
from streamkit.service.mock import Options
from streamkit.service.proxying import Playing, proxying
from streamkit.service.recording import Recorders, a_file_each
from streamkit.service.serving import Served, serving
from streamkit.transport.proxy import Rules
from tests.exchanges import scripted

AT_ONCE = Options(pace=Pace(delay=False))
SAID = "Streams are rivers"
ASKED = "What is the weather in Zürich, and the time?"


def openai_agent(url: str, question: str = ASKED) -> str:
    """Answer a question: call tools turn after turn, with the growing conversation, until the model answers with text."""
    messages: list[Any] = [{"role": "user", "content": question}]
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        for _ in range(3):
            with client.chat.completions.stream(model="model-s", messages=messages) as streaming:
                message = streaming.get_final_completion().choices[0].message
            if not message.tool_calls:
                return message.content or ""
            messages.append(message.to_dict())
            messages += [
                {"role": "tool", "tool_call_id": call.id, "content": f"sunny {call.function.arguments}"}
                for call in message.tool_calls
            ]
    raise AssertionError("no answer")


def anthropic_agent(url: str, question: str = ASKED) -> str:
    messages: list[Any] = [{"role": "user", "content": question}]
    with anthropic.Anthropic(base_url=url, api_key="none", max_retries=0) as client:
        for _ in range(3):
            with client.messages.stream(model="model-a", max_tokens=99, messages=messages) as streaming:
                message = streaming.get_final_message()
            calls = [block for block in message.content if block.type == "tool_use"]
            if not calls:
                return "".join(block.text for block in message.content if block.type == "text")
            messages.append({"role": "assistant", "content": [block.to_dict() for block in message.content]})
            results = [
                {"type": "tool_result", "tool_use_id": call.id, "content": json.dumps(call.input)} for call in calls
            ]
            messages.append({"role": "user", "content": results})
    raise AssertionError("no answer")


def both(openai_url: str, anthropic_url: str) -> None:
    """Run both agents twice: the second time, the first turn of each is the same request as before."""
    for _ in range(2):
        assert openai_agent(openai_url).startswith(SAID)
        assert anthropic_agent(anthropic_url).startswith(SAID)


@contextmanager
def provider(*names: str) -> Iterator[Served]:
    """A provider that plays these streams in turn, whatever the conversation is."""
    streams = [replace(scripted(name), recorded_at=f"2026-01-01T00:00:0{n}Z") for n, name in enumerate(names)]
    with serving(streams, replace(AT_ONCE, match="path")) as server:
        yield server


def recorded(folder: Path) -> list[Exchange]:
    return [exchange for file in sorted(folder.glob("*.jsonl")) for exchange in read(str(file))]


@contextmanager
def recording(folder: Path, mode: Any = "record") -> Iterator[tuple[str, list[Served]]]:
    """A proxy to both providers, without routes: their URLs are in the environment, as in a developer's shell."""
    with (
        provider("openai_chat/tool-calls", "openai_chat/plain") as one,
        provider("anthropic_messages/thinking-and-tool", "anthropic_messages/plain") as other,
    ):
        environment = {"OPENAI_BASE_URL": f"{one.url}/v1", "ANTHROPIC_BASE_URL": other.url}
        to = Destinations.of({}, port=0, environment=environment)
        known = recorded(folder)
        playing = Playing(mode, known, replace(AT_ONCE, hosts=to.hosts))
        recorders = Recorders(open=a_file_each(str(folder)))
        with proxying(Rules(to.routes, routing=to.routing), recorders, playing) as proxy:
            yield proxy.url, [one, other]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what both agents asked and were answered, each run once."""
    with recording(tmp_path) as (url, providers):
        assert openai_agent(f"{url}/openai").startswith(SAID)
        assert anthropic_agent(url).startswith(SAID)  # told apart by its path and headers
        assert [len(served.requests) for served in providers] == [2, 2]
    return tmp_path


def test_what_agents_were_answered_is_served_turn_after_turn(folder: Path) -> None:
    with serving(recorded(folder), AT_ONCE) as server:
        both(server.url, server.url)
        assert not server.missed
        assert not server.unplayed
        with pytest.raises(openai.NotFoundError, match=r"differs at body\.messages\[0\]\.content"):
            openai_agent(server.url, "Another question?")


def test_auto_requests_only_what_is_new_from_the_providers(folder: Path) -> None:
    before = len(list(folder.iterdir()))
    with recording(folder, "auto") as (url, providers):
        both(f"{url}/openai", url)
        assert [len(served.requests) for served in providers] == [0, 0]
        assert openai_agent(f"{url}/openai", "Another question?").startswith(SAID)
        assert openai_agent(f"{url}/openai", "Another question?").startswith(SAID)
        assert [len(served.requests) for served in providers] == [2, 0]
    assert len(list(folder.iterdir())) == before + 2


def test_an_agent_that_deviates_gets_the_first_difference(folder: Path) -> None:
    """The tool's result differs: the first turn is answered, the second is not."""
    with serving(recorded(folder), AT_ONCE) as server:
        messages: list[Any] = [{"role": "user", "content": ASKED}]
        with openai.OpenAI(base_url=server.base_url, api_key="none", max_retries=0) as client:
            first = client.chat.completions.create(model="model-s", messages=messages).choices[0].message
            calls = first.tool_calls or []
            with client.chat.completions.stream(model="model-s", messages=messages) as streaming:
                again = streaming.get_final_completion().choices[0].message
            assert [call.id for call in calls] == [call.id for call in again.tool_calls or []]
            messages += [again.to_dict(), *({"role": "tool", "tool_call_id": c.id, "content": "rain"} for c in calls)]
            with pytest.raises(openai.NotFoundError, match=r'recorded "sunny .*", received "rain"'):
                client.chat.completions.create(model="model-s", messages=messages)
