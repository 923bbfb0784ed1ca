"""An agent of a2a-sdk that streams what a model streams, and the SDK's own client that sends it messages.

MODELS=URL PUBLIC=URL python a2a_agent.py serve PORT        STREAMKIT_URL=URL python a2a_agent.py ask

PUBLIC is the address that its card gives. The text of a message names the model.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress

import uvicorn
from a2a.client import ClientConfig, create_client
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import a2a_pb2
from openai import AsyncOpenAI
from starlette.applications import Starlette


def part(text: str) -> a2a_pb2.Part:
    return a2a_pb2.Part(text=text)


class Agent(AgentExecutor):
    """Answers with an artifact that grows; `message` is answered with a message, and `input` with a question."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        name = context.get_user_input()
        if name == "message":
            role, place = a2a_pb2.ROLE_AGENT, context.context_id
            message = a2a_pb2.Message(message_id="m-1", role=role, parts=[part("Hello")], context_id=place)
            await event_queue.enqueue_event(message)
            return
        task = TaskUpdater(event_queue, context.task_id, context.context_id)
        state = a2a_pb2.TaskStatus(state=a2a_pb2.TASK_STATE_SUBMITTED)
        await event_queue.enqueue_event(
            a2a_pb2.Task(id=context.task_id, context_id=context.context_id, status=state, history=[context.message])
        )
        await task.start_work()
        if name == "input":
            await task.requires_input(task.new_agent_message([part("Which city?")]))
            return
        models = AsyncOpenAI(base_url=f"{os.environ['MODELS']}/v1", api_key="none", max_retries=0)
        messages = [{"role": "user", "content": "What are streams?"}]
        stream = await models.chat.completions.create(model=name, messages=messages, stream=True)
        begun = False
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                piece = [part(chunk.choices[0].delta.content)]
                await task.add_artifact(piece, artifact_id="a-1", append=begun, last_chunk=False)
                begun = True
        await task.complete()

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        """Nothing here can be cancelled."""


def serve(port: int) -> None:
    url = f"{os.environ['PUBLIC']}/a2a"
    places = [a2a_pb2.AgentInterface(url=url, protocol_binding="JSONRPC", protocol_version="1.0")]
    card = a2a_pb2.AgentCard(
        name="Weather",
        description="Answers.",
        version="1",
        supported_interfaces=places,
        capabilities=a2a_pb2.AgentCapabilities(streaming=True),
        default_input_modes=["text"],
        default_output_modes=["text"],
    )
    handler = DefaultRequestHandler(Agent(), InMemoryTaskStore(), card)
    routes = [*create_agent_card_routes(card), *create_jsonrpc_routes(handler, "/a2a")]
    uvicorn.run(Starlette(routes=routes), port=port, log_level="critical")


async def ask() -> None:
    client = await create_client(os.environ["STREAMKIT_URL"], ClientConfig(streaming=True))
    for name in ("plain", "message", "input", "error", "limited"):
        with suppress(Exception):  # of the agent whose model fails
            message = a2a_pb2.Message(message_id="u-1", role=a2a_pb2.ROLE_USER, parts=[part(name)])
            async for _ in client.send_message(a2a_pb2.SendMessageRequest(message=message)):
                pass


if __name__ == "__main__":
    serve(int(sys.argv[2])) if sys.argv[1] == "serve" else asyncio.run(ask())
