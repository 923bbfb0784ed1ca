"""mcp, the official SDK of the Model Context Protocol: `ClientSession.call_tool` over streamable HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
from common import answer, drive
from mcp_server import Answering


def call(base: str, _: str, model: str) -> dict[str, Any]:
    async def fetch(fields: dict[str, Any]) -> httpx2.Response:
        async with httpx2.AsyncClient(timeout=None) as client:
            body = {**fields, "model": model, "stream": True}
            return await client.post(f"{base}/mcp", json=body, headers={"accept": "text/event-stream"})

    result = asyncio.run(Answering(fetch).called())
    text = "".join(block.text for block in result.content if block.type == "text")
    return answer(text=text, finish="isError" if result.is_error else "result")


drive({"call_tool()": call})
