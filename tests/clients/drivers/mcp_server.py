"""A server of MCP for the client in the same process: it answers the handshake itself, and the call of a tool as given."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from mcp import ClientSession, types
from mcp.client.streamable_http import streamable_http_client

_RESULTS: dict[str, Any] = {
    "initialize": {
        "protocolVersion": "2025-11-25",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "x", "version": "1"},
    },
    "tools/list": {"tools": []},
}


class Answering(httpx2.AsyncBaseTransport):
    """`fetch` gets the request of the call, whose ID is 2, and returns its response."""

    def __init__(self, fetch: Callable[[dict[str, Any]], Awaitable[httpx2.Response]]) -> None:
        self._fetch = fetch

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method != "POST":
            return httpx2.Response(405)
        message = json.loads(await request.aread())
        if message.get("method") == "tools/call":
            answer = await self._fetch(message)
            kind = {"content-type": answer.headers["content-type"]}
            return httpx2.Response(answer.status_code, headers=kind, content=answer.content)
        if "id" not in message or "method" not in message:
            return httpx2.Response(202)
        result = _RESULTS[message["method"]]
        return httpx2.Response(200, json={"jsonrpc": "2.0", "id": message["id"], "result": result})

    async def called(self) -> types.CallToolResult:
        """Return the result of one call. Raises what the client raises, out of its group of tasks."""
        try:
            async with (
                httpx2.AsyncClient(transport=self) as http,
                streamable_http_client("http://127.0.0.1/mcp", http_client=http) as streams,
                ClientSession(streams[0], streams[1], elicitation_callback=_accept) as session,
            ):
                await session.initialize()
                return await session.call_tool("f", {})
        except BaseExceptionGroup as group:
            error: BaseException = group
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            raise error from None


async def _accept(*_: object) -> types.ElicitResult:
    return types.ElicitResult(action="accept", content={"ok": True})
