"""What langgraph-sdk reads, and langchain-core adds up, of each event stream named on the command line: a line of JSON each."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import httpx
from langchain_core.messages import AIMessageChunk
from langgraph_sdk import get_sync_client
from langgraph_sdk.schema import StreamPart


def parts(body: bytes) -> list[StreamPart]:
    """Return the events as the client reads them."""

    def respond(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    client = get_sync_client(url="http://127.0.0.1", api_key=None)
    client.http.client._transport = httpx.MockTransport(respond)
    return list(client.runs.stream(None, "agent", input={}))


def assembled(body: bytes) -> dict[str, Any]:
    """Return the last state, the texts of the messages by ID, and the output."""
    made: dict[str, Any] = {}
    pieces: dict[str, Any] = {}
    output: Any = None
    for part in parts(body):
        if part.event == "values":
            made["values"] = part.data
        elif part.event in ("messages/partial", "messages/complete"):
            pieces |= {message["id"]: message["content"] for message in part.data}
        elif part.event == "messages" or (part.event == "data" and isinstance(part.data, dict)):
            data = part.data[0] if part.event == "messages" else part.data
            piece = AIMessageChunk(content=data["content"], id=data["id"])
            pieces[data["id"]] = pieces[data["id"]] + piece if data["id"] in pieces else piece
        elif part.event == "data":
            output = part.data if output is None else output + part.data
    texts = {id: piece if isinstance(piece, str) else piece.content for id, piece in pieces.items()}
    return made | ({"texts": texts} if texts else {}) | ({"output": output} if output is not None else {})


for path in sys.argv[1:]:
    error, made = None, None
    try:
        made = assembled(Path(path).read_bytes())
    except Exception as thrown:
        error = [type(thrown).__name__, str(thrown).partition("\n")[0]]
    sys.stdout.write(json.dumps({"error": error, "object": made}) + "\n")
