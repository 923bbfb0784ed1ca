"""Mock servers that others wrote: each answers the prompts of the cases as well as it can be set up to."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.probes.real_server import COLOUR, COUNTED, RealServer, free_port, running


def aimock(server: RealServer) -> Iterator[str]:
    weather = {"name": "get_weather", "arguments": '{"city":"Paris"}'}
    replies: dict[str, dict[str, Any]] = {
        "Count from one": {"content": COUNTED},
        "ripe banana": {"content": "A ripe banana is yellow."},
        "What is the weather in Paris? Use": {"toolCalls": [weather]},
        "Paris and in Rome": {"toolCalls": [weather, {**weather, "arguments": '{"city":"Rome"}'}]},
        "JSON object": {"content": '{"city":"Paris","country":"France"}'},
        "prime number": {"content": "No."},
    }
    fixtures = [{"match": {"userMessage": words}, "response": reply} for words, reply in replies.items()]
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "fixtures.json").write_text(json.dumps({"fixtures": fixtures}))
        command = [str(server.program / "llmock"), "-f", "fixtures.json", "-p", str(port)]
        with running(command, port, {}, folder) as url:
            yield f"{url}/v1"


def mockllm(server: RealServer) -> Iterator[str]:
    question = "Count from one to ten in words, separated by commas."
    replies = {"responses": {question: COUNTED}, "defaults": {"unknown_response": "A ripe banana is yellow."}}
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "replies.yml").write_text(json.dumps(replies))
        command = [str(server.program / "mockllm"), "start", "-r", "replies.yml", "-p", str(port), "-h", "127.0.0.1"]
        with running(command, port, {}, folder) as url:
            yield f"{url}/v1"


def openai_mock_api(server: RealServer) -> Iterator[str]:
    def answered(words: str, answer: dict[str, Any]) -> dict[str, Any]:
        message = {"role": "user", "content": words, "matcher": "contains"}
        return {"id": words, "messages": [message, {"role": "assistant", **answer}]}

    weather = [
        {
            "id": f"call_{city}",
            "type": "function",
            "function": {"name": "get_weather", "arguments": f'{{"city":"{city}"}}'},
        }
        for city in ("Paris", "Rome")
    ]
    anything = {"role": "user", "matcher": "any"}
    responses = [
        answered("Count from one", {"content": COUNTED}),
        answered("What is the weather in Paris? Use", {"tool_calls": weather[:1]}),
        answered("Paris and in Rome", {"tool_calls": weather}),
        answered("JSON object", {"content": '{"city":"Paris","country":"France"}'}),
        {"id": "anything", "messages": [anything, {"role": "assistant", "content": COLOUR}]},
    ]
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "config.yaml").write_text(json.dumps({"apiKey": server.key, "responses": responses}))
        command = [str(server.program / "openai-mock-api"), "--config", "config.yaml", "--port", str(port)]
        with running(command, port, {}, folder) as url:
            yield f"{url}/v1"


def mock_ai_api(server: RealServer) -> Iterator[str]:
    """Its two applications, each on a port; the one of the API that is asked for."""
    with tempfile.TemporaryDirectory() as name:
        ports = {"openai": free_port(), "anthropic": free_port()}
        options = [word for app, port in ports.items() for word in (f"--{app}-port", str(port))]
        port = ports["openai" if "openai_chat" in server.apis else "anthropic"]
        with running([str(server.program / "mock-ai-api"), *options], port, {}, Path(name)) as url:
            yield f"{url}/v1"


def ai_mock(server: RealServer) -> Iterator[str]:
    """It answers with what was asked unless a reply is set for exactly that; its paths for OpenAI have no version."""
    weather = {"name": "get_weather", "arguments": {"city": "Paris"}}
    replies: list[dict[str, Any]] = [
        {"type": "text", "input": "Count from one to ten in words, separated by commas.", "output": COUNTED},
        {"type": "text", "input": "Which colour is a ripe banana?", "output": COLOUR},
        {"type": "function", "input": "What is the weather in Paris? Use the tool.", "output": weather},
    ]
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "replies.json").write_text(json.dumps({"responses": replies}))
        command = [str(server.program / "ai-mock"), "server", "replies.json", "-p", str(port), "-h", "127.0.0.1"]
        with running(command, port, {}, folder) as url:
            yield f"{url}/openai/chat/completions" if "openai_chat" in server.apis else f"{url}/anthropic"


MOCKS = (
    RealServer(
        name="aimock",
        setup="fixtures for the prompts of the cases",
        package="@copilotkit/aimock",
        start=aimock,
        apis=("openai_chat", "openai_responses", "anthropic_messages", "gemini", "ollama"),
        node=True,
    ),
    RealServer(
        name="mockllm",
        setup="one reply for the plain question, another one for everything else",
        package="mockllm",
        start=mockllm,
        apis=("openai_chat", "anthropic_messages"),
    ),
    RealServer(
        name="openai-mock-api",
        setup="replies for the prompts of the cases, and one for everything else",
        package="openai-mock-api",
        start=openai_mock_api,
        apis=("openai_chat",),
        node=True,
        key="a-key-of-the-mock-server",
    ),
    RealServer(
        name="mock-ai-api, OpenAI",
        setup="its default scenario, one text for all requests",
        package="mock-ai-api",
        start=mock_ai_api,
        apis=("openai_chat", "openai_responses", "openai_completions"),
        model="gpt-4.1",
    ),
    RealServer(
        name="mock-ai-api, Anthropic",
        setup="its default scenario, one text for all requests",
        package="mock-ai-api",
        start=mock_ai_api,
        apis=("anthropic_messages",),
        model="claude-sonnet-4-20250514",
    ),
    RealServer(
        name="ai-mock, OpenAI",
        setup="replies for some prompts; it repeats what was asked otherwise",
        package="ai-mock",
        start=ai_mock,
        apis=("openai_chat",),
    ),
    RealServer(
        name="ai-mock, Anthropic",
        setup="replies for some prompts; it repeats what was asked otherwise",
        package="ai-mock",
        start=ai_mock,
        apis=("anthropic_messages",),
    ),
)
