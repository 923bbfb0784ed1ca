"""What happens to an application when the stream breaks here: each fault played to each client as it is by default.

A client is asked for a good stream of each of its APIs, with every fault under a model of its own; retries are those that it makes
by itself, and the server counts the requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from streamkit.apis import interpret
from streamkit.faults import plan
from streamkit.formats import read
from streamkit.model.exchange import Exchange, Request
from streamkit.model.message import TOKEN
from streamkit.model.step import Step
from streamkit.playback.player import Pace
from streamkit.service.mock import Mock, Options
from streamkit.transport.server import Server, in_thread
from tests.clients.cases import asked, held
from tests.clients.environments import Client
from tests.clients.matrix import driven
from tests.clients.outcomes import outcome
from tests.rules.edits import STREAMS

FAULTS = (
    "status:code=429,retry-after=0,times=1",
    "status:code=500,times=1",
    "status:code=529,times=1",
    "status:code=500",
    "cut:event=0,by=reset",
    "cut:event=T,by=reset",
    "cut:event=T,by=fin",
    "cut:event=T,by=half-chunk",
    "cut:event=T,by=eof",
    "unterminated",
    "stall:event=T,for=ever",
    "slow-headers:for=1s",
    "error:event=T",
    "corrupt:event=T",
    "drop:event=T",
    "duplicate:event=T",
    "reorder:event=T",
    "bom",
    "comment:every=1",
    "ping:every=1",
    "dataless:event=1,field=id",
    "retry:event=0",
    "line-ends:to=crlf",
    "line-ends:to=cr",
    "join",
    "split:size=1",
)
"""As `--fault` takes them; T is the event that brings the first text, which is another in each API."""
# A good stream of each API, and the calls that do not ask for it.
_GOOD = {
    "openai_chat": "chat",
    "openai_completions": "completions",
    "openai_responses": "responses",
    "openai_assistants": "assistants",
    "anthropic_messages": "anthropic",
    "gemini": "gemini",
    "gemini_interactions": "interactions",
    "ollama": "ollama",
    "mistral_conversations": "conversation",
    "cohere": "cohere",
    "bedrock_converse": "converse",
}
_OTHER_PATHS = ("generate(stream=True)", "Client.chat_stream()")
SETTINGS = {"STREAMKIT_CLIENTS_RETRIES": "default", "STREAMKIT_CLIENTS_PATIENCE": "6"}
_MODEL = re.compile(rb"fault-(\d+)-")


def streams() -> dict[str, Exchange]:
    """The good stream of each API."""
    return {api: next(iter(read(str(next(STREAMS.glob(f"{name}.*")))))) for api, name in _GOOD.items()}


def measured(clients: Sequence[Client], log: Path) -> Iterator[dict[str, Any]]:
    """A row for each call and API of these clients: the outcome and the number of requests by fault."""
    good = streams()
    rows = [
        (client, call, api)
        for client in clients
        for call, apis in client.calls.items()
        for api in apis
        if call not in _OTHER_PATHS
    ]
    mocks: list[Mock] = []
    for _, _, api in rows:
        for fault in ("", *FAULTS):
            exchange = asked(good[api], api, f"fault-{len(mocks)}-")
            faults = plan(fault.replace("=T", f"={_first_text(good[api])}")) if fault else ()
            mocks.append(Mock([exchange], Options(match="any", reuse="last", pace=Pace(delay=False), faults=faults)))

    def answer(request: Request) -> Sequence[Step]:
        wanted = _MODEL.search(request.url.encode() + (request.body.bytes if request.body else b""))
        return mocks[int(wanted[1]) if wanted else 0].answer(request)

    with in_thread(Server(answer)) as server:
        for client in clients:
            jobs = [
                {"id": model, "call": call, "api": api, "model": model, "tools": _tools(good[api], api)}
                for number, (one, call, api) in enumerate(rows)
                if one is client
                for model in _models(number)
            ]
            told = driven(client, jobs, server.url, log, SETTINGS)
            for number, (one, call, api) in enumerate(rows):
                if one is client:
                    lines = [told[call, model] for model in _models(number)]
                    yield _row(client, call, api, good[api], lines, mocks, number, server.url)


def _models(number: int) -> list[str]:
    """The models of one row: without a fault, then of each fault."""
    first = number * (len(FAULTS) + 1)
    return [f"fault-{first + place}-" for place in range(len(FAULTS) + 1)]


def _first_text(exchange: Exchange) -> int:
    """The number of the event that brings the first text."""
    stream = interpret(exchange)
    chunk = next(place for place, flags in enumerate(stream.flags) if flags & TOKEN)
    return stream.chunk_events[chunk] + 1


def _tools(exchange: Exchange, api: str) -> list[str]:
    return [name for _, name, _ in held(exchange, api)["calls"] if name]


def _row(
    client: Client,
    call: str,
    api: str,
    good: Exchange,
    lines: Sequence[dict[str, Any]],
    mocks: Sequence[Mock],
    number: int,
    base: str,
) -> dict[str, Any]:
    usual, *given = lines
    whole = held(good, api)
    found: dict[str, Any] = {}
    for place, (fault, line) in enumerate(zip(FAULTS, given, strict=True), 1):
        requests = mocks[number * (len(FAULTS) + 1) + place].requests
        if any("does not apply" in asked_.message for asked_ in requests):
            continue
        told = outcome((usual, {**line, "model": line["id"]}), (whole, whole), base)
        found[fault] = {**told, "requests": len(requests)}
    return {"client": client.name, "call": call, "api": api, "outcomes": found}
