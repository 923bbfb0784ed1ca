"""langgraph-sdk: `runs.stream()`, with the pieces of messages added up as an application does."""

from __future__ import annotations

import json
from typing import Any

import httpx
from common import answer, drive
from langgraph_sdk import get_sync_client


def stream(base: str, _: str, model: str) -> dict[str, Any]:
    def named(request: httpx.Request) -> None:
        body = json.dumps({**json.loads(request.content), "model": model, "stream": True}).encode()
        request.stream = httpx.ByteStream(body)
        request.headers["content-length"] = str(len(body))

    client = get_sync_client(url=base, api_key=None)
    client.http.client.event_hooks["request"].append(named)
    text, usage = "", None
    for part in client.runs.stream(None, "agent", input={}, stream_mode="messages-tuple"):
        if part.event == "messages" and part.data[0]["type"] == "AIMessageChunk":
            text += part.data[0]["content"]
            usage = part.data[0].get("usage_metadata") or usage
    counts = usage and [usage["input_tokens"], usage["output_tokens"]]
    return answer(text=text, usage=counts, role="assistant")


drive({"runs.stream()": stream})
