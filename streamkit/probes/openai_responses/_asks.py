"""The requests of the cases of Responses."""

from __future__ import annotations

from typing import Any

from streamkit.probes import MODEL, Answer, Ask
from streamkit.probes._prompts import (
    AS_JSON,
    CITY_SCHEMA,
    COLOUR,
    COUNT,
    COUNT_ON,
    LIMIT,
    MIXED_TEXT,
    PLACE_SCHEMA,
    SUNNY,
    TERSE,
    TOOL,
    TOOL_WORDS,
    WEATHER,
)

API = "openai_responses"
PATH = "/v1/responses"
STREAM: dict[str, Any] = {"stream": True}
TOOLS = [{"type": "function", "name": TOOL, "description": TOOL_WORDS, "parameters": PLACE_SCHEMA, "strict": True}]
FORCED = {"type": "function", "name": TOOL}


def responses(name: str, content: Any = COUNT, /, *, request: dict[str, Any] | None = None, **body: Any) -> Ask:
    """Return a request; fields of the body replace the defaults, `request` is about the rest."""
    fields = {"model": MODEL, "input": content, "max_output_tokens": LIMIT, "temperature": 0, "store": False} | body
    return Ask(name=name, api=API, path=PATH, body=fields, streams=bool(fields.get("stream")), **(request or {}))


def _with_result(answer: Answer) -> dict[str, Any] | None:
    """Return the body with the call of the answer and its result; None if it has no call."""
    call = next(iter(answer.message.tool_calls), None)
    if call is None:
        return None
    function_call = {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.text}
    result = {"type": "function_call_output", "call_id": call.id, "output": SUNNY}
    content = [{"role": "user", "content": WEATHER}, function_call, result]
    return {"model": MODEL, "input": content, "tools": TOOLS, "max_output_tokens": LIMIT, "store": False, **STREAM}


PLAIN = responses("plain")
STREAMED = responses("streamed", **STREAM)
SHORT = responses("short", COUNT_ON, max_output_tokens=16, **STREAM)
INSTRUCTED = responses("instructed", COLOUR, instructions=TERSE)
JSON_SCHEMA = responses(
    "json-schema",
    AS_JSON,
    text={"format": {"type": "json_schema", "name": "place", "strict": True, "schema": CITY_SCHEMA}},
)
STREAMED_TOOL = responses("streamed-tool", WEATHER, tools=TOOLS, tool_choice=FORCED, **STREAM)
TOOL_ROUND = responses("tool-round", WEATHER, tools=TOOLS, tool_choice=FORCED).followed_by(
    _with_result, {"model": MODEL, "max_output_tokens": LIMIT}
)
MIXED = responses("mixed", MIXED_TEXT, **STREAM)
UNKNOWN_MODEL = responses("unknown-model", COLOUR, model="streamkit-probe-no-such-model")
BAD_JSON = Ask(name="bad-json", api=API, path=PATH, body=b'{"model":"{model}","input":[')
BAD_KEY = responses("bad-key", COLOUR, request={"key": "wrong"})
