"""What langserve's `RemoteRunnable` streams, added up, of each event stream named on the command line: a line of JSON each."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import httpx
from langserve import RemoteRunnable


def added_up(body: bytes) -> Any:
    """Return the sum of the pieces that the client streams."""

    def respond(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    runnable: Any = RemoteRunnable("http://127.0.0.1/chain/")
    runnable.sync_client._transport = httpx.MockTransport(respond)
    total: Any = None
    for piece in runnable.stream("x"):
        total = piece if total is None else total + piece
    return total


for path in sys.argv[1:]:
    error, made = None, None
    try:
        total = added_up(Path(path).read_bytes())
        if isinstance(total, str | dict | list):
            made = {"output": total}
        elif total is not None:
            made = {"texts": {total.id: total.content}}
    except Exception as thrown:
        error = [type(thrown).__name__, str(thrown).partition("\n")[0]]
    sys.stdout.write(json.dumps({"error": error, "object": made}) + "\n")
