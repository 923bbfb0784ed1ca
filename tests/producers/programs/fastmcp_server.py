"""A server of FastMCP, and FastMCP's own client that calls its tools.

python fastmcp_server.py serve PORT        STREAMKIT_URL=URL python fastmcp_server.py ask
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from typing import Any

from fastmcp import Client, Context, FastMCP

server: Any = FastMCP("weather")


@server.tool
async def weather(city: str, ctx: Context) -> dict[str, bool]:
    """Report progress, then return a result."""
    for step in range(3):
        await ctx.report_progress(step + 1, 3, f"step {step + 1}")
    await ctx.info("looked")
    return {"rain": True}


@server.tool
def echo(text: str) -> str:
    """Return the text."""
    return text


@server.tool
def fails() -> str:
    """Raise."""
    raise ValueError("no weather today")


@server.tool
async def asks(ctx: Context) -> str:
    """Ask the user."""
    answer = await ctx.elicit("Sure?", response_type=bool)
    return str(answer.action)


CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("weather", {"city": "Bern"}),
    ("echo", {"text": "Hello"}),
    ("fails", {}),
    ("asks", {}),
)


async def ask() -> None:
    """Call every tool in both eras of the protocol: with the handshake, and without."""

    async def accept(*_: Any) -> Any:
        return {"value": True}

    for mode in ("legacy", "auto"):
        url = f"{os.environ['STREAMKIT_URL']}/mcp"
        async with Client(url, elicitation_handler=accept, mode=mode) as client:
            for name, arguments in CALLS:
                with suppress(Exception):  # of the tool that fails
                    await client.call_tool(name, arguments)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        server.run(transport="http", host="127.0.0.1", port=int(sys.argv[2]), show_banner=False)
    else:
        asyncio.run(ask())
