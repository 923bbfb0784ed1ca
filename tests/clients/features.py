"""The usual features of clients, through `serve` and through `proxy`: the same result with both, and every byte recorded.

Each call of a client requests a stream of text, tool calls and reasoning, then the same without streaming, an HTTP error, an error in the middle, a cut
connection, and a server that fails once. The proxy is between the client and `serve`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.clients.cases import held
from tests.clients.environments import Client
from tests.clients.faults import GOOD, dialect_stream, is_dialect, stream, uses
from tests.clients.outcomes import outcome
from tests.clients.playing import Play, Played, played

_TOOLS = {
    "openai_chat": "tools",
    "openai_responses": "responses",
    "anthropic_messages": "anthropic",
    "gemini_interactions": "interactions",
    "ollama": "ollama-tool",
    "mistral_conversations": "conversation",
    "cohere": "cohere-tool",
    "bedrock_converse": "converse-tool",
    "ai_sdk_ui": "ui-message",
    "ai_data_stream": "data-stream",
    "ag_ui": "ag-ui",
}
_REASONING = {
    "anthropic_messages": "thinking",
    "gemini_interactions": "interactions",
    "ollama": "ollama-tool",
    "bedrock_converse": "converse-tool",
    "ai_sdk_ui": "ui-message",
    "ai_data_stream": "data-stream",
    "ag_ui": "ag-ui",
}
PLAIN = "plain"
PARTS = {"stream": ("text",), PLAIN: ("text",), "tools": ("text", "calls"), "reasoning": ("text", "reasoning")}
"""What a client has to read of a stream without a fault."""
# The column name, the streams by API, the fault.
FEATURES = (
    ("stream", GOOD, ""),
    ("tools", _TOOLS, ""),
    ("reasoning", _REASONING, ""),
    (PLAIN, GOOD, ""),
    ("HTTP error", GOOD, "status:code=429,retry-after=0"),
    ("error in the stream", GOOD, "error:event=T"),
    ("cut", GOOD, "cut:event=T,by=reset"),
    ("retry", GOOD, "status:code=500,times=1"),
)

PATIENCE = 20
"""The time limit of a call in seconds: no stream stalls here, but some clients wait between retries."""


def measured(clients: Sequence[Client], log: Path) -> Iterator[dict[str, Any]]:
    """Yield a row for each call and API: by feature, the outcome with `serve`, the requests, and whether `proxy` changes it."""
    wanted = [
        (
            client,
            call,
            api,
            name,
            Play(client, call, api, dialect_stream(client, api) or stream(streams[api]), fault, plain=name == PLAIN),
        )
        for client, call, api in uses(clients)
        for name, streams, fault in FEATURES
        if api in streams or is_dialect(client, api)
        if name != PLAIN or call in client.plain
    ]
    plays = [play for *_, play in wanted]
    direct, proxied = (played(plays, log, through_proxy=through, patience=PATIENCE) for through in (False, True))
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    usual: dict[tuple[str, str, str], Played] = {}
    for (client, call, api, name, play), one, other in zip(wanted, direct, proxied, strict=True):
        place = client.name, call, api
        row = rows.setdefault(place, {"client": client.name, "call": call, "api": api, "features": {}})
        usual.setdefault(place, one)
        if one.applies:
            row["features"][name] = _cell(play, usual[place] if play.fault else one, (one, other), PARTS.get(name, ()))
    yield from rows.values()


def _cell(play: Play, usual: Played, both: tuple[Played, Played], parts: Sequence[str]) -> dict[str, Any]:
    one, other = both
    whole = held(play.good, play.api)
    here, there = (_outcome(usual, result, whole) for result in both)
    # Without a fault, these parts of the result are compared with the content of the stream.
    answer = one.line.get("answer")
    unread = [part for part in parts if answer and _plainly(part, answer[part]) != _plainly(part, whole[part])]
    return {
        **here,
        "requests": one.requests,
        **({"unread": {part: [whole[part], (answer or {})[part]] for part in unread}} if unread else {}),
        **({} if (here, one.requests) == (there, other.requests) else {"proxy": {**there, "requests": other.requests}}),
        **({} if _bytes_equal(other) else {"bytes": False}),
    }


def _plainly(part: str, value: Any) -> Any:
    """Return a part without what clients have in different forms: ids of calls, and arguments as text or as JSON."""
    if part != "calls":
        return value
    return [(name, json.loads(given or "{}") if isinstance(given, str) else given) for _, name, given in value]


def _outcome(usual: Played, result: Played, whole: dict[str, Any]) -> dict[str, Any]:
    """Return the outcome; if the client cannot read the stream without a fault, the result for this stream."""
    if "answer" in usual.line:
        return outcome((usual.line, result.line), (whole, whole), "")
    return {"raises": result.line["error"]} if "error" in result.line else {"hangs": True}


def _bytes_equal(played_: Played) -> bool:
    """Return whether the proxy recorded what was served: all of it, or everything before the connection was cut."""
    return len(played_.recorded) == len(played_.served) and all(
        served.startswith(recorded) for served, recorded in zip(played_.served, played_.recorded, strict=True)
    )
