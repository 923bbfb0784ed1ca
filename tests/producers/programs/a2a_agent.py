"""An agent of a2a-sdk that streams what a model streams, and the SDK's own client that sends it messages.

MODELS=URL PUBLIC=URL python a2a_agent.py serve PORT        STREAMKIT_URL=URL python a2a_agent.py ask

PUBLIC is the address that its card gives. The text of a message names the model, or what an agent of the protocol's own samples does:
`helloworld`, and those that convert currencies (`langgraph`) and plan a journey (`travel_planner_agent`).
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import uvicorn
from a2a.client import Client, ClientConfig, create_client
from a2a.helpers import (
    new_task_from_user_message,
    new_text_artifact_update_event,
    new_text_message,
    new_text_part,
    new_text_status_update_event,
)
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


async def hello(context: RequestContext, event_queue: EventQueue) -> None:
    """Say what it is doing with each state, and answer with one artifact."""
    task = context.current_task
    if task is None:
        task = new_task_from_user_message(context.message)
        await event_queue.enqueue_event(task)
    updater = TaskUpdater(event_queue=event_queue, task_id=task.id, context_id=task.context_id)
    await updater.update_status(state=a2a_pb2.TASK_STATE_WORKING, message=new_text_message("On it."))
    await updater.add_artifact(parts=[new_text_part(text="Hello, hello", media_type="text/plain")])
    await updater.update_status(state=a2a_pb2.TASK_STATE_COMPLETED, message=new_text_message("Done."))


async def currency(context: RequestContext, event_queue: EventQueue) -> None:
    """Ask back, and after the answer, report each step of a graph and name the artifact. The task is sent again for each message."""
    task = context.current_task or new_task_from_user_message(context.message)
    await event_queue.enqueue_event(task)
    place = {"task_id": task.id, "context_id": task.context_id}
    if "EUR" not in context.get_user_input():
        question = new_text_status_update_event(
            **place, state=a2a_pb2.TASK_STATE_INPUT_REQUIRED, text="Into which currency?"
        )
        return await event_queue.enqueue_event(question)
    for text in ("Looking for the rate", "Converting"):
        working = new_text_status_update_event(**place, state=a2a_pb2.TASK_STATE_WORKING, text=text)
        await event_queue.enqueue_event(working)
    await event_queue.enqueue_event(new_text_artifact_update_event(**place, name="conversion", text="9 EUR"))
    # The sample sends a text, which is empty.
    await event_queue.enqueue_event(new_text_status_update_event(**place, state=a2a_pb2.TASK_STATE_COMPLETED, text=""))
    return None


async def planner(context: RequestContext, event_queue: EventQueue) -> None:
    """Send each piece of the model as an artifact of its own, without a task before it, as agents for version 0.3 could."""
    place = {"task_id": context.task_id, "context_id": context.context_id}
    for text in ("Take ", "the train."):
        await event_queue.enqueue_event(new_text_artifact_update_event(**place, name="result", text=text))
    status = a2a_pb2.TaskStatus(state=a2a_pb2.TASK_STATE_COMPLETED)
    await event_queue.enqueue_event(a2a_pb2.TaskStatusUpdateEvent(**place, status=status))


SAMPLES: dict[str, Callable[[RequestContext, EventQueue], Awaitable[None]]] = {
    "helloworld": hello,
    "currency": currency,
    "planner": planner,
}


class Agent(AgentExecutor):
    """Answers with an artifact that grows; `message` is answered with a message, `input` with a question, and the name of a sample
    with what that does."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        name = context.get_user_input()
        if (sample := SAMPLES.get(name.partition(" ")[0])) is not None:
            return await sample(context, event_queue)
        if name == "message":
            role, place = a2a_pb2.ROLE_AGENT, context.context_id
            message = a2a_pb2.Message(message_id="m-1", role=role, parts=[part("Hello")], context_id=place)
            return await event_queue.enqueue_event(message)
        task = TaskUpdater(event_queue, context.task_id, context.context_id)
        state = a2a_pb2.TaskStatus(state=a2a_pb2.TASK_STATE_SUBMITTED)
        await event_queue.enqueue_event(
            a2a_pb2.Task(id=context.task_id, context_id=context.context_id, status=state, history=[context.message])
        )
        await task.start_work()
        if name == "input":
            return await task.requires_input(task.new_agent_message([part("Which city?")]))
        models = AsyncOpenAI(base_url=f"{os.environ['MODELS']}/v1", api_key="none", max_retries=0)
        messages = [{"role": "user", "content": "What are streams?"}]
        stream = await models.chat.completions.create(model=name, messages=messages, stream=True)
        begun = False
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                piece = [part(chunk.choices[0].delta.content)]
                await task.add_artifact(piece, artifact_id="a-1", append=begun, last_chunk=False)
                begun = True
        return await task.complete()

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
    url = os.environ["STREAMKIT_URL"]
    client = await create_client(url, ClientConfig(streaming=True))
    for name in ("plain", "message", "input", "error", "limited", "helloworld", "planner"):
        await sent(client, name)
    task = await sent(client, "currency of 10 USD")
    await sent(client, "currency into EUR", task)
    await sent(await create_client(url, ClientConfig(streaming=False)), "helloworld at once")


async def sent(client: Client, text: str, task: str = "") -> str:
    """Send a message, to a task if there is one; return the task of the last event."""
    message = a2a_pb2.Message(message_id="u-1", role=a2a_pb2.ROLE_USER, parts=[part(text)], task_id=task)
    with suppress(Exception):  # of the agent whose model fails
        async for response in client.send_message(a2a_pb2.SendMessageRequest(message=message)):
            event = getattr(response, response.WhichOneof("payload"))
            task = getattr(event, "task_id", "") or getattr(event, "id", "")
    return task


if __name__ == "__main__":
    serve(int(sys.argv[2])) if sys.argv[1] == "serve" else asyncio.run(ask())
