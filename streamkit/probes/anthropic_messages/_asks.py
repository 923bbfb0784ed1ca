"""The requests of the cases of Messages."""

from __future__ import annotations

from typing import Any

from streamkit.probes import MODEL, Answer, Ask
from streamkit.probes._prompts import (
    COLOUR,
    COUNT,
    LIMIT,
    MIXED_TEXT,
    PLACE_SCHEMA,
    SUNNY,
    TERSE,
    TOOL,
    TOOL_WORDS,
    WEATHER,
)

API = "anthropic_messages"
PATH = "/v1/messages"
VERSION = (("anthropic-version", "2023-06-01"),)
STREAM: dict[str, Any] = {"stream": True}
TOOLS = [{"name": TOOL, "description": TOOL_WORDS, "input_schema": PLACE_SCHEMA}]
FORCED = {"type": "tool", "name": TOOL}


def user(content: Any) -> dict[str, Any]:
    """Return a message of the user."""
    return {"role": "user", "content": content}


def messages(name: str, content: Any = COUNT, /, *, request: dict[str, Any] | None = None, **body: Any) -> Ask:
    """Return a request with one message of the user; fields of the body replace the defaults, `request` is about the rest."""
    fields = {"model": MODEL, "messages": [user(content)], "max_tokens": LIMIT} | body
    streams = bool(fields.get("stream"))
    return Ask(name=name, api=API, path=PATH, body=fields, streams=streams, headers=VERSION, **(request or {}))


def _with_result(answer: Answer) -> dict[str, Any] | None:
    """Return the body with the call of the answer and its result; None if it has no call."""
    blocks = answer.object.get("content") if isinstance(answer.object, dict) else None
    calls = [block for block in blocks or [] if isinstance(block, dict) and block.get("type") == "tool_use"]
    if not calls:
        return None
    result = {"type": "tool_result", "tool_use_id": calls[0].get("id"), "content": SUNNY}
    turns = [user(WEATHER), {"role": "assistant", "content": calls[:1]}, user([result])]
    return {"model": MODEL, "messages": turns, "tools": TOOLS, "max_tokens": LIMIT, **STREAM}


PLAIN = messages("plain")
STREAMED = messages("streamed", **STREAM)
SHORT = messages("short", max_tokens=3, **STREAM)
STOPPED = messages("stopped", stop_sequences=["five"], **STREAM)
SYSTEM = messages("system", COLOUR, system=TERSE)
BLOCKS = messages("blocks", [{"type": "text", "text": "Which colour is "}, {"type": "text", "text": "a ripe banana?"}])
STREAMED_TOOL = messages("streamed-tool", WEATHER, tools=TOOLS, tool_choice=FORCED, **STREAM)
TOOL_ROUND = messages("tool-round", WEATHER, tools=TOOLS, tool_choice=FORCED).followed_by(
    _with_result, {"model": MODEL, "max_tokens": LIMIT}
)
MIXED = messages("mixed", MIXED_TEXT, **STREAM)
COUNTED = Ask(
    name="counted",
    api=API,
    path="/v1/messages/count_tokens",
    headers=VERSION,
    body={"model": MODEL, "messages": [user(COUNT)]},
)
UNKNOWN_MODEL = messages("unknown-model", COLOUR, model="streamkit-probe-no-such-model")
BAD_JSON = Ask(name="bad-json", api=API, path=PATH, headers=VERSION, body=b'{"model":"{model}","messages":[')
NO_LIMIT = Ask(name="no-limit", api=API, path=PATH, headers=VERSION, body={"model": MODEL, "messages": [user(COLOUR)]})
BAD_KEY = messages("bad-key", COLOUR, max_tokens=1, request={"key": "wrong"})
