"""The calls of `streamkit.record` and its relatives: what is sent, and from where they can be called."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from streamkit.model.exchange import Exchange
from streamkit.playback.player import Pace
from streamkit.service.calls import record
from streamkit.service.mock import Options
from streamkit.service.serving import serving
from tests.exchanges import scripted

BODY = {"model": "m", "stream": True}
ACCEPT = "text/event-stream, application/json"


def recorded(**given: Any) -> Exchange:
    original = scripted("openai_chat/plain")
    with serving([original], Options(match="any", pace=Pace(delay=False))) as server:
        exchange = record(f"{server.url}/v1/chat/completions", **given)
    assert exchange.frames.body == original.frames.body
    return exchange


@pytest.mark.parametrize(
    ("given", "method", "headers"),
    [
        ({"json": BODY}, "POST", {"accept": ACCEPT, "content-type": "application/json"}),
        ({"data": b'{"stream":true}'}, "POST", {"accept": ACCEPT}),
        ({"json": BODY, "method": "PUT"}, "PUT", {"accept": ACCEPT, "content-type": "application/json"}),
        ({"json": BODY, "headers": {"Accept": "*/*"}}, "POST", {"content-type": "application/json", "Accept": "*/*"}),
        ({"json": BODY, "headers": {"Content-Type": "x/y"}}, "POST", {"accept": ACCEPT, "Content-Type": "x/y"}),
    ],
)
def test_what_is_sent(given: dict[str, Any], method: str, headers: dict[str, str]) -> None:
    request = recorded(**given).request
    assert request is not None
    assert (request.method, dict(request.headers)) == (method, headers)


def test_it_can_be_called_while_an_event_loop_runs() -> None:
    async def notebook() -> Exchange:
        return recorded(json=BODY)

    exchange = asyncio.run(notebook())
    assert exchange.end is not None and exchange.end.reason == "eof"
