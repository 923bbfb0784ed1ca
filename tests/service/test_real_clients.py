"""The official SDKs and the common HTTP clients, unmodified, given nothing but a base URL."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import httpx
import openai
import pytest
import requests

from streamkit.faults import parse_faults
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.serving import Served, serving
from tests.emitter import TEXT
from tests.exchanges import scripted

AT_ONCE = Options(pace=Pace(delay=False))
SAID = TEXT.replace(" .", ".").replace(" ,", ",")
NAMES = ("openai_chat/plain", "openai_chat/tool-calls", "openai_chat/rate-limited", "openai_responses/plain",
         "anthropic_messages/plain", "anthropic_messages/thinking-and-tool", "openai_completions/plain")  # fmt: skip


def body(name: str, **changed: Any) -> Any:
    request = scripted(name).request
    assert request and request.body
    return {key: value for key, value in {**request.body.json, **changed}.items() if value is not None}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    # Scripts with the same request would take turns; the rate-limited one has its own server.
    with serving([scripted(name) for name in NAMES if "limited" not in name], AT_ONCE) as running:
        yield running


def sync_openai(server: Served, **more: Any) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key="none", **{"max_retries": 0, **more})


def sync_anthropic(server: Served, **more: Any) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=server.url, api_key="none", **{"max_retries": 0, **more})


def test_openai_streams(server: Served) -> None:
    with sync_openai(server) as client:
        chunks = client.chat.completions.create(**body("openai_chat/plain"))
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == SAID


def test_openai_streams_asynchronously(server: Served) -> None:
    async def ask() -> str:
        async with openai.AsyncOpenAI(base_url=server.base_url, api_key="none", max_retries=0) as client:
            chunks = await client.chat.completions.create(**body("openai_chat/plain"))
            return "".join([c.choices[0].delta.content or "" async for c in chunks if c.choices])

    assert asyncio.run(ask()) == SAID


@pytest.mark.parametrize("fields", [{"stream": False}, {"stream": None}, {"stream": False, "stream_options": None}])
def test_openai_without_streaming(server: Served, fields: dict[str, Any]) -> None:
    with sync_openai(server) as client:
        answer = client.chat.completions.create(**body("openai_chat/plain", **fields))
    assert answer.choices[0].message.content == SAID
    assert answer.usage is not None


@pytest.mark.parametrize("stream", [True, False])
def test_openai_tool_calls(server: Served, stream: bool) -> None:
    """Assembled by the SDK's own helper, and by us."""
    fields = body("openai_chat/tool-calls", stream=None)
    with sync_openai(server) as client:
        if stream:
            with client.chat.completions.stream(**fields) as streaming:
                message = streaming.get_final_completion().choices[0].message
        else:
            message = client.chat.completions.create(**fields).choices[0].message
    assert message.tool_calls
    assert all(json.loads(call.function.arguments) for call in message.tool_calls if call.type == "function")


def test_openai_responses(server: Served) -> None:
    with sync_openai(server) as client, client.responses.create(**body("openai_responses/plain")) as events:
        assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == SAID


def test_openai_completions(server: Served) -> None:
    with sync_openai(server) as client:
        chunks = client.completions.create(**body("openai_completions/plain"))
        assert "".join(c.choices[0].text for c in chunks if c.choices) == "Once upon a time there was a stream."


def test_openai_lists_the_models(server: Served) -> None:
    with sync_openai(server) as client:
        assert "model-s" in [model.id for model in client.models.list()]


def test_anthropic_streams(server: Served) -> None:
    with sync_anthropic(server) as client:
        fields = body("anthropic_messages/plain", stream=None)
        with client.messages.stream(**fields) as stream:
            assert "".join(stream.text_stream) == SAID
            assert stream.get_final_message().stop_reason == "end_turn"


def test_anthropic_streams_asynchronously(server: Served) -> None:
    async def ask() -> str:
        client = anthropic.AsyncAnthropic(base_url=server.url, api_key="none", max_retries=0)
        fields = body("anthropic_messages/plain", stream=None)
        async with client, client.messages.stream(**fields) as stream:
            return "".join([text async for text in stream.text_stream])

    assert asyncio.run(ask()) == SAID


def test_anthropic_without_streaming(server: Served) -> None:
    with sync_anthropic(server) as client:
        answer = client.messages.create(**body("anthropic_messages/plain", stream=False))
    assert answer.content[0].text == SAID  # type: ignore[union-attr]


def test_anthropic_counts_the_tokens_of_a_recorded_prompt(server: Served) -> None:
    fields = body("anthropic_messages/plain", stream=None)
    with sync_anthropic(server) as client:
        usage = client.messages.create(**fields).usage
        counted = client.messages.count_tokens(model=fields["model"], messages=fields["messages"])
        assert counted.input_tokens == usage.input_tokens
        with pytest.raises(anthropic.NotFoundError, match="counts are never computed"):
            client.messages.count_tokens(model=fields["model"], messages=[{"role": "user", "content": "new"}])


def test_anthropic_lists_its_models(server: Served) -> None:
    with sync_anthropic(server) as client:
        assert [model.id for model in client.models.list()] == ["model-a"]


def test_anthropic_tools_and_thinking(server: Served) -> None:
    fields = body("anthropic_messages/thinking-and-tool", stream=None)
    with sync_anthropic(server) as client:
        with client.messages.stream(**fields) as stream:
            streamed = stream.get_final_message()
        whole = client.messages.create(**fields)
    assert [block.type for block in streamed.content] == [block.type for block in whole.content]
    assert {"thinking", "tool_use"} <= {block.type for block in whole.content}


def test_errors_raise_the_sdks_own_exceptions() -> None:
    with (
        serving([scripted("openai_chat/rate-limited")], AT_ONCE) as server,
        sync_openai(server) as client,
        pytest.raises(openai.RateLimitError) as error,
    ):
        client.chat.completions.create(**body("openai_chat/rate-limited"))
    assert error.value.status_code == 429


def test_the_sdks_retry() -> None:
    faults = parse_faults("status:code=529,retry-after=0,times=2")
    options = Options(pace=Pace(delay=False), faults=faults)
    with (
        serving([scripted("anthropic_messages/plain")], options) as server,
        sync_anthropic(server, max_retries=2) as client,
    ):
        fields = body("anthropic_messages/plain", stream=None)
        with client.messages.stream(**fields) as stream:
            assert "".join(stream.text_stream) == SAID
        assert len(server.requests) == 3


# name -> what a client reads of a streamed answer
def _httpx(url: str, fields: Any) -> bytes:
    with httpx.Client(trust_env=False) as client, client.stream("POST", url, json=fields) as response:
        return b"".join(response.iter_raw())


def _httpx_async(url: str, fields: Any) -> bytes:
    async def ask() -> bytes:
        async with httpx.AsyncClient(trust_env=False) as client, client.stream("POST", url, json=fields) as response:
            return b"".join([data async for data in response.aiter_raw()])

    return asyncio.run(ask())


def _requests(url: str, fields: Any) -> bytes:
    with requests.Session() as session:
        session.trust_env = False
        with session.post(url, json=fields, stream=True) as response:
            return b"".join(response.iter_content(None))


def _aiohttp(url: str, fields: Any) -> bytes:
    async def ask() -> bytes:
        async with aiohttp.ClientSession() as session, session.post(url, json=fields) as response:
            return b"".join([data async for data in response.content.iter_any()])

    return asyncio.run(ask())


def _curl(url: str, fields: Any) -> bytes:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not here")
    command = [curl, "-sN", "--noproxy", "*", "-H", "Content-Type: application/json", "-d", json.dumps(fields), url]
    return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout


@pytest.mark.parametrize("client", [_httpx, _httpx_async, _requests, _aiohttp, _curl])
def test_plain_clients_get_the_bytes(server: Served, client: Callable[[str, Any], bytes]) -> None:
    recorded = scripted("openai_chat/plain")
    assert client(f"{server.base_url}/chat/completions", body("openai_chat/plain")) == recorded.frames.body


def test_frames_arrive_as_they_were_recorded() -> None:
    """With the recorded pauses, a client that reads as it can sees frame by frame."""
    recorded = scripted("openai_chat/plain")
    fields = body("openai_chat/plain")
    with (
        serving([recorded]) as server,
        httpx.Client(trust_env=False) as client,
        client.stream("POST", f"{server.base_url}/chat/completions", json=fields) as response,
    ):
        assert list(response.iter_raw()) == list(recorded.frames.data)


NODE = """
const OpenAI = require("openai");
const client = new OpenAI({ baseURL: process.env.BASE, apiKey: "none", maxRetries: 0 });
(async () => {
  let text = "";
  for await (const chunk of await client.chat.completions.create(JSON.parse(process.env.BODY)))
    text += chunk.choices[0]?.delta?.content ?? "";
  process.stdout.write(text);
})();
"""


@pytest.mark.skipif(
    not os.environ.get("STREAMKIT_NODE"), reason="STREAMKIT_NODE names no folder with node_modules/openai"
)
def test_openai_node(server: Served, tmp_path: Path) -> None:
    script = tmp_path / "ask.js"
    script.write_text(NODE)
    modules = str(Path(os.environ["STREAMKIT_NODE"]) / "node_modules")
    environment = {
        **os.environ,
        "BASE": server.base_url,
        "BODY": json.dumps(body("openai_chat/plain")),
        "NODE_PATH": modules,
    }
    done = subprocess.run(
        ["node", str(script)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.returncode) == (SAID, 0), done.stderr
