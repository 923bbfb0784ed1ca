"""What happens to an application when the stream breaks: each fault played to each client with its default settings.

A client requests a good stream from each of its APIs, once per fault, each under its own model name. Retries are the client's
default; the server counts the requests.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from streamkit.formats import read
from streamkit.model.exchange import Exchange, Frame, Frames
from tests.clients.cases import held
from tests.clients.environments import Client
from tests.clients.outcomes import outcome
from tests.clients.playing import Play, played
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
"""Faults in the syntax of `--fault`; T is the event with the first text, which depends on the API."""
# A good stream of each API, and the calls that do not request it.
GOOD = {
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
    "ai_sdk_ui": "ui-message",
    "ai_data_stream": "data-stream",
    "ag_ui": "ag-ui",
    "a2a": "a2a",
    "mcp": "mcp",
    "langgraph": "langgraph",
}
DIALECTS = Path(__file__).parents[1] / "specs" / "dialects"
_CHUNKS = re.compile(r"^```chunks\n(.+?)^```", re.MULTILINE | re.DOTALL)
_OTHER_PATHS = ("generate(stream=True)", "Client.chat_stream()", "0.3 stream into TaskManager")


def stream(name: str) -> Exchange:
    """Return a stream of `tests/specs/streams`."""
    return next(iter(read(str(next(STREAMS.glob(f"{name}.*"))))))


def is_dialect(client: Client, api: str) -> bool:
    """Return whether a client reads the chat API as its provider speaks it, and not as OpenAI does."""
    return bool(client.only) and api == "openai_chat"


def dialect_stream(client: Client, api: str) -> Exchange | None:
    """Return the example of the dialect that a client reads, which has text, reasoning and a tool call; None if it reads all."""
    if not is_dialect(client, api):
        return None
    shown = _CHUNKS.search((DIALECTS / f"{client.only[0]}.md").read_text(encoding="utf-8"))
    assert shown is not None
    events = "".join(f"data: {line}\n\n" for line in shown[1].splitlines())
    return Exchange(frames=Frames.of([Frame(events.encode())]))


def uses(clients: Sequence[Client]) -> list[tuple[Client, str, str]]:
    """Return each call of these clients with each of its APIs."""
    return [
        (client, call, api)
        for client in clients
        for call, apis in client.calls.items()
        for api in apis
        if call not in _OTHER_PATHS
    ]


def measured(clients: Sequence[Client], log: Path) -> Iterator[dict[str, Any]]:
    """Yield a row for each call and API of these clients: the outcome and the number of requests, by fault."""
    rows = uses(clients)
    good = [dialect_stream(client, api) or stream(GOOD[api]) for client, _, api in rows]
    plays = [
        Play(client, call, api, whole, fault)
        for (client, call, api), whole in zip(rows, good, strict=True)
        for fault in ("", *FAULTS)
    ]
    found = played(plays, log)
    for number, (client, call, api) in enumerate(rows):
        usual, *given = found[number * (len(FAULTS) + 1) :][: len(FAULTS) + 1]
        if "answer" not in usual.line:  # a busy machine can make a client wait for longer than it may
            reason = usual.line.get("error", ["no answer in time"])[0]
            sys.stderr.write(f"{client.name} {call}: left out: it does not read {api} without a fault: {reason}\n")
            continue
        whole = held(good[number], api)
        outcomes = {
            fault: {**outcome((usual.line, one.line), (whole, whole), ""), "requests": one.requests}
            for fault, one in zip(FAULTS, given, strict=True)
            if one.applies
        }
        yield {"client": client.name, "call": call, "api": api, "outcomes": outcomes}
