"""Streams of A2A as the clients of version 1.0 and 0.3 read them, and the task that they add up to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
from a2a.client.transports.jsonrpc import JsonRpcTransport
from a2a.compat.v0_3 import conversions
from a2a.compat.v0_3.jsonrpc_transport import CompatJsonRpcTransport
from a2a.server.context import ServerCallContext
from a2a.server.tasks import InMemoryTaskStore
from a2a.server.tasks.task_manager import TaskManager
from a2a.types import a2a_pb2
from google.protobuf.json_format import MessageToDict

_ASKED = a2a_pb2.SendMessageRequest(
    message=a2a_pb2.Message(message_id="u-1", role=a2a_pb2.ROLE_USER, parts=[a2a_pb2.Part(text="x")])
)


def events(http: httpx.AsyncClient, url: str, *, old: bool) -> AsyncIterator[Any]:
    """Return the events of a stream, as the client yields them."""
    client = (CompatJsonRpcTransport if old else JsonRpcTransport)(http, None, url)
    return client.send_message_streaming(_ASKED)


async def assembled(http: httpx.AsyncClient, url: str, *, old: bool) -> dict[str, Any]:
    """Return the task, or the message, in the words of its version. Raises what the client raises."""
    manager = TaskManager(InMemoryTaskStore(), ServerCallContext(), None, None, None)
    message = None
    async for response in events(http, url, old=old):
        event = getattr(response, response.WhichOneof("payload"))
        if isinstance(event, a2a_pb2.Message):
            message = event
        else:
            await manager.process(event)
    task = await manager.get_task() if manager.task_id else None
    if old:
        made = conversions.to_compat_task(task) if task else conversions.to_compat_message(message)
        return made.model_dump(mode="json", by_alias=True, exclude_none=True)
    return MessageToDict(task or message)
