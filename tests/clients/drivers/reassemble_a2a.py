"""What a2a-sdk makes of each event stream named on the command line: a line of JSON each."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx
from a2a_streams import assembled


async def read(path: str) -> dict[str, Any]:
    body = Path(path).read_bytes()

    def respond(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as http:
        try:
            made = await assembled(http, "http://127.0.0.1/a2a", old=b'"kind"' in body)
        except Exception as error:
            return {"error": [type(error).__name__, str(error).partition("\n")[0]], "object": None}
    return {"error": None, "object": made}


for path in sys.argv[1:]:
    sys.stdout.write(json.dumps(asyncio.run(read(path))) + "\n")
