"""a2a-sdk: `send_message_streaming` over JSON-RPC, with the client of version 1.0 and that of version 0.3."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
from a2a_streams import assembled
from common import answer, drive

_WAITING = ("input-required", "auth-required", "completed", "failed", "canceled", "rejected")


def reading(*, old: bool) -> Callable[[str, str, str], dict[str, Any]]:
    """The call of one of the clients."""

    def call(base: str, _: str, model: str) -> dict[str, Any]:
        async def named(request: httpx.Request) -> None:
            body = json.dumps({**json.loads(request.content), "model": model, "stream": True}).encode()
            request.stream = httpx.ByteStream(body)
            request.headers["content-length"] = str(len(body))

        async def run() -> dict[str, Any]:
            async with httpx.AsyncClient(timeout=None, event_hooks={"request": [named]}) as http:
                return await assembled(http, f"{base}/a2a/0.3" if old else f"{base}/a2a", old=old)

        made = asyncio.run(run())
        state = made.get("status", {}).get("state") if "status" in made else "message"
        over = str(state).removeprefix("TASK_STATE_").lower().replace("_", "-") in _WAITING
        holders = [*made.get("artifacts", ()), made, *([made.get("status", {}).get("message", {})] if over else ())]
        text = "".join(part.get("text", "") for holder in holders for part in holder.get("parts", ()))
        return answer(text=text, finish=state if over or state == "message" else None, role="agent")

    return call


drive({"1.0 stream into TaskManager": reading(old=False), "0.3 stream into TaskManager": reading(old=True)})
