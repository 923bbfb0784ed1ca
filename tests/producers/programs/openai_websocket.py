"""A server that plays sessions of OpenAI's Realtime API, and the Responses API over a WebSocket; and OpenAI's clients of both.

MODELS=URL python openai_websocket.py serve PORT        STREAMKIT_URL=URL python openai_websocket.py ask

What a session shows is named by its query: the events are those that OpenAI's reference describes, in its order. `ask` writes
what each client makes of each session to `clients.json`: openai-python, whose events are typed, and openai-agents, which checks
each event against these types and keeps the conversation.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openai
from agents import Agent, ModelSettings, OpenAIResponsesWSModel, Runner, function_tool, set_tracing_disabled
from agents.realtime import RealtimeAgent, RealtimeRunner
from openai import AsyncOpenAI
from openai.types.realtime import RealtimeConversationItemUserMessage
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as listen

MODEL = "gpt-realtime"
AUDIO = ("AAAAAAAA", "AQIDBAUG", "BwgJCgsM")
WORDS = ("It will", " rain", " at noon.")
ARGUMENTS = ('{"city":', '"Zürich"}')
USAGE = {
    "total_tokens": 60,
    "input_tokens": 40,
    "output_tokens": 20,
    "input_token_details": {"text_tokens": 30, "audio_tokens": 10, "cached_tokens": 0},
    "output_token_details": {"text_tokens": 12, "audio_tokens": 8},
}


class Session:
    """One connection of the Realtime API."""

    def __init__(self, socket: ServerConnection, scene: str) -> None:
        self._socket, self._scene = socket, scene
        self._numbers, self._responses = count(1), count(1)
        self._items = count(1)
        self._answered = False
        modality = "audio" if scene == "speech" else "text"
        self._modalities = [modality]
        self._open: tuple[dict[str, Any], dict[str, Any], str] | None = None

    async def send(self, kind: str, **fields: Any) -> None:
        event = {"type": kind, "event_id": f"event_{next(self._numbers)}", **fields}
        await self._socket.send(json.dumps(event, ensure_ascii=False))

    async def run(self) -> None:
        session = {"type": "realtime", "object": "realtime.session", "id": "sess_1", "model": MODEL}
        session |= {"output_modalities": self._modalities}
        await self.send("session.created", session=session)
        async for message in self._socket:
            event = json.loads(message)
            if event["type"] == "session.update":
                await self.send("session.updated", session=session)
            elif event["type"] == "conversation.item.create":
                await self._take(event["item"])
            elif event["type"] == "response.create":
                await self._respond()
            elif event["type"] == "response.cancel":
                await self._cancel()

    async def _take(self, item: dict[str, Any]) -> None:
        item = {"id": f"item_{next(self._items)}", "object": "realtime.item", "status": "completed", **item}
        for what in ("added", "done"):
            await self.send(f"conversation.item.{what}", previous_item_id=None, item=item)

    async def _respond(self) -> None:
        if self._scene == "error":
            error = {"type": "invalid_request_error", "code": "invalid_value", "message": "no such voice"}
            return await self.send("error", error={**error, "param": "voice", "event_id": None})
        id = f"resp_{next(self._responses)}"
        await self.send("response.created", response=self._response(id, "in_progress", []))
        limit = {"name": "tokens", "limit": 50000, "remaining": 49900, "reset_seconds": 0.06}
        if self._scene == "tool" and not self._answered:
            self._answered = True
            item = await self._call(id)
        elif self._scene == "speech":
            item = await self._message(id, "audio", WORDS)
        elif self._scene == "cancelled":
            return await self._begin(id, "text", WORDS[:2])
        else:
            item = await self._message(id, "text", WORDS)
        await self.send("response.done", response=self._response(id, "completed", [item]))
        return await self.send("rate_limits.updated", rate_limits=[limit])

    def _response(self, id: str, status: str, output: list[Any]) -> dict[str, Any]:
        ended = status != "in_progress"
        response = {"object": "realtime.response", "id": id, "status": status, "status_details": None, "output": output}
        response |= {"conversation_id": "conv_1", "output_modalities": self._modalities, "max_output_tokens": "inf"}
        return {**response, "usage": USAGE if ended else None, "metadata": None}

    async def _begin(self, id: str, kind: str, words: tuple[str, ...]) -> dict[str, Any]:
        """Open a message, and send its pieces."""
        item = {"id": f"item_{next(self._items)}", "object": "realtime.item", "type": "message"}
        item |= {"status": "in_progress", "role": "assistant", "content": []}
        await self.send("response.output_item.added", response_id=id, output_index=0, item=item)
        await self.send("conversation.item.added", previous_item_id=None, item=item)
        field = "transcript" if kind == "audio" else "text"
        place = {"response_id": id, "item_id": item["id"], "output_index": 0, "content_index": 0}
        await self.send("response.content_part.added", **place, part={"type": kind, field: ""})
        for word, audio in zip(words, AUDIO, strict=False):
            await asyncio.sleep(0.02)
            name = "output_audio_transcript" if kind == "audio" else "output_text"
            await self.send(f"response.{name}.delta", **place, delta=word)
            if kind == "audio":
                await self.send("response.output_audio.delta", **place, delta=audio)
        self._open = item, place, "".join(words)
        return item

    async def _end(self, kind: str, status: str) -> dict[str, Any]:
        """Close the message that is open."""
        assert self._open is not None
        item, place, text = self._open
        field = "transcript" if kind == "audio" else "text"
        if kind == "audio":
            await self.send("response.output_audio.done", **place)
        name = "output_audio_transcript" if kind == "audio" else "output_text"
        await self.send(f"response.{name}.done", **place, **{field: text})
        await self.send("response.content_part.done", **place, part={"type": kind, field: text})
        item = {**item, "status": status, "content": [{"type": f"output_{kind}", field: text}]}
        await self.send("conversation.item.done", previous_item_id=None, item=item)
        await self.send("response.output_item.done", response_id=place["response_id"], output_index=0, item=item)
        return item

    async def _message(self, id: str, kind: str, words: tuple[str, ...]) -> dict[str, Any]:
        await self._begin(id, kind, words)
        return await self._end(kind, "completed")

    async def _cancel(self) -> None:
        """Answer a request to cancel the response that is open."""
        assert self._open is not None
        item, place, _ = self._open
        item = await self._end("text", "incomplete")
        response = self._response(place["response_id"], "cancelled", [item])
        response["status_details"] = {"type": "cancelled", "reason": "client_cancelled"}
        await self.send("response.done", response=response)

    async def _call(self, id: str) -> dict[str, Any]:
        item = {"id": f"item_{next(self._items)}", "object": "realtime.item", "type": "function_call"}
        item |= {"status": "in_progress", "name": "weather", "call_id": "call_1", "arguments": ""}
        place = {"response_id": id, "item_id": item["id"], "output_index": 0, "call_id": "call_1"}
        await self.send("response.output_item.added", response_id=id, output_index=0, item=item)
        for piece in ARGUMENTS:
            await asyncio.sleep(0.02)
            await self.send("response.function_call_arguments.delta", **place, delta=piece)
        whole = "".join(ARGUMENTS)
        await self.send("response.function_call_arguments.done", **place, name="weather", arguments=whole)
        item = {**item, "status": "completed", "arguments": whole}
        await self.send("response.output_item.done", response_id=id, output_index=0, item=item)
        return item


async def responses(socket: ServerConnection) -> None:
    """Answer each `response.create` with the events of the model."""
    models = AsyncOpenAI(base_url=f"{os.environ['MODELS']}/v1", api_key="none", max_retries=0)
    async for message in socket:
        if json.loads(message)["type"] == "response.create":
            async for event in await models.responses.create(model="model-s", input="What are streams?", stream=True):
                await socket.send(event.to_json(indent=None))


async def answer(socket: ServerConnection) -> None:
    assert socket.request is not None
    url = urlsplit(socket.request.path)
    if url.path.endswith("/realtime"):
        await Session(socket, parse_qs(url.query)["scene"][0]).run()
    else:
        await responses(socket)


async def serve(port: int) -> None:
    async with listen(answer, "127.0.0.1", port) as server:
        await server.serve_forever()


SCENES = ("text", "speech", "tool", "error", "cancelled")
HTTP = os.environ.get("STREAMKIT_URL", "")
WEBSOCKET = HTTP.replace("http", "ws", 1) + "/v1"


def client() -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{HTTP}/v1", websocket_base_url=WEBSOCKET, api_key="none")


async def realtime_events(scene: str) -> dict[str, Any]:
    """What openai-python's typed events tell of a session."""
    made: dict[str, Any] = {
        "deltas": "",
        "audio": "",
        "text": "",
        "calls": [],
        "finish": "",
        "error": "",
        "tokens": None,
    }
    async with client().realtime.connect(model=MODEL, extra_query={"scene": scene}) as connection:
        item = RealtimeConversationItemUserMessage(
            type="message", role="user", content=[{"type": "input_text", "text": "Will it rain?"}]
        )
        await connection.conversation.item.create(item=item)
        await connection.response.create()
        async for event in connection:
            if event.type in ("response.output_text.delta", "response.output_audio_transcript.delta"):
                made["deltas"] += event.delta
                if scene == "cancelled" and made["deltas"] == "".join(WORDS[:2]):
                    await connection.response.cancel()
            elif event.type == "response.output_audio.delta":
                made["audio"] += event.delta
            elif event.type == "error":
                made["error"] = event.error.message
                break
            elif event.type == "response.done":
                details = event.response.status_details
                made["finish"] = (details and details.reason) or event.response.status
                made["tokens"] = event.response.usage.output_tokens
                for one in event.response.output:
                    if one.type == "function_call":
                        made["calls"].append([one.name, one.arguments])
                        output = {"type": "function_call_output", "call_id": one.call_id, "output": "rain"}
                        await connection.conversation.item.create(item=output)
                        await connection.response.create()
                    else:
                        made["text"] += "".join(part.text or part.transcript or "" for part in one.content)
                if event.response.output[-1].type != "function_call":
                    break
    return made


@function_tool
def weather(city: str) -> str:
    """The weather of a city."""
    return f"rain in {city}"


async def realtime_agent(scene: str) -> dict[str, Any]:
    """What the session of openai-agents has at the end."""
    made: dict[str, Any] = {"text": "", "calls": [], "error": ""}
    runner = RealtimeRunner(RealtimeAgent(name="a", tools=[weather]))
    url = f"{WEBSOCKET}/realtime?model={MODEL}&scene={scene}&client=agents"
    session = await runner.run(model_config={"url": url, "api_key": "none"})
    async with session:
        await session.send_message("Will it rain?")
        async for event in session:
            if event.type == "tool_start":
                made["calls"].append([event.tool.name, event.arguments])
            elif event.type == "error":
                made["error"] = str(event.error)
                break
            elif event.type == "history_updated":
                replies = [item for item in event.history if getattr(item, "role", "") == "assistant"]
                parts = [part for item in replies if item.status == "completed" for part in item.content]
                made["text"] = "".join(
                    getattr(part, "text", None) or getattr(part, "transcript", "") or "" for part in parts
                )
            elif event.type == "agent_end" and made["text"]:
                break
    return made


async def response_events() -> dict[str, Any]:
    """What openai-python's typed events tell of a response over a WebSocket."""
    made: dict[str, Any] = {"deltas": "", "text": "", "finish": "", "tokens": None}
    async with client().responses.connect() as connection:
        await connection.response.create(model="model-s", input="What are streams?")
        async for event in connection:
            if event.type == "response.output_text.delta":
                made["deltas"] += event.delta
            elif event.type == "response.completed":
                made |= {"text": event.response.output_text, "finish": event.response.status}
                made["tokens"] = event.response.usage.output_tokens
                break
    return made


async def response_agent() -> dict[str, Any]:
    """What an agent of openai-agents has at the end of a response over a WebSocket."""
    model = OpenAIResponsesWSModel("model-s", client())
    result = Runner.run_streamed(Agent(name="a", model=model, model_settings=ModelSettings()), "What are streams?")
    async for _ in result.stream_events():
        pass
    await model.close()
    return {"text": result.final_output, "tokens": result.context_wrapper.usage.output_tokens}


async def ask() -> None:
    set_tracing_disabled(True)
    made: dict[str, Any] = {"version": openai.__version__}
    for scene in SCENES:
        made[f"{scene} openai"] = await realtime_events(scene)
    for scene in ("text", "speech", "tool", "error"):
        made[f"{scene} agents"] = await realtime_agent(scene)
    made["response openai"], made["response agents"] = await response_events(), await response_agent()
    Path("clients.json").write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[2])) if sys.argv[1] == "serve" else asyncio.wait_for(ask(), 120))
