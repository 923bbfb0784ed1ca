"""The result that mcp's client has of each event stream named on the command line: a line of JSON each."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import httpx2
from mcp_server import Answering

for path in sys.argv[1:]:
    body = Path(path).read_text(encoding="utf-8")
    [*_, answered] = re.findall(r'"jsonrpc":"2.0","id":([^,]+),"(?:result|error)"', body) or [""]

    async def fetch(fields: dict[str, Any], body: str = body, answered: str = answered) -> httpx2.Response:
        given = body.replace(f'"id":{answered},"', f'"id":{fields["id"]},"')
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=given.encode())

    error, result = None, None
    try:
        result = asyncio.run(asyncio.wait_for(Answering(fetch).called(), 5))
    except Exception as thrown:
        error = [type(thrown).__name__, str(thrown).partition("\n")[0]]
    made = result and result.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"result_type"})
    sys.stdout.write(json.dumps({"error": error, "object": {"result": made}}) + "\n")
