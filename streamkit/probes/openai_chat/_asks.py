"""The requests of the cases of Chat Completions."""

from __future__ import annotations

from typing import Any

from streamkit.probes import COPY, COPY_WORDS, MODEL, Answer, Ask
from streamkit.probes._prompts import (
    AS_JSON,
    BOTH_CITIES,
    CITY_SCHEMA,
    COLOUR,
    COUNT,
    LIMIT,
    LONG_WORDS,
    MIXED_TEXT,
    NUL,
    PIXEL,
    PLACE_SCHEMA,
    REASONING,
    SUNNY,
    TERSE,
    TOOL,
    TOOL_WORDS,
    WEATHER,
    WHAT_IMAGE,
)

API = "openai_chat"
PATH = "/v1/chat/completions"
STREAM: dict[str, Any] = {"stream": True}
WITH_USAGE: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
TOOLS = [{"type": "function", "function": {"name": TOOL, "description": TOOL_WORDS, "parameters": PLACE_SCHEMA}}]
FORCED = {"type": "function", "function": {"name": TOOL}}


def user(content: Any) -> dict[str, Any]:
    """Return a message of the user."""
    return {"role": "user", "content": content}


def chat(name: str, content: Any = COUNT, /, *, request: dict[str, Any] | None = None, **body: Any) -> Ask:
    """Return a request with one message of the user; fields of the body replace the defaults, `request` is about the rest."""
    fields = {"model": MODEL, "messages": [user(content)], "max_tokens": LIMIT, "temperature": 0} | body
    return Ask(name=name, api=API, path=PATH, body=fields, streams=bool(fields.get("stream")), **(request or {}))


def _with_result(answer: Answer) -> dict[str, Any] | None:
    """Return the body with the call of the answer and its result; None if it has no call."""
    call = next(iter(answer.message.tool_calls), None)
    if call is None:
        return None
    function = {"name": call.name, "arguments": call.text}
    turn = {"role": "assistant", "content": None}
    call_turn = {**turn, "tool_calls": [{"id": call.id, "type": "function", "function": function}]}
    messages = [user(WEATHER), call_turn, {"role": "tool", "tool_call_id": call.id, "content": SUNNY}]
    return {"model": MODEL, "messages": messages, "tools": TOOLS, "max_tokens": LIMIT, "temperature": 0, **WITH_USAGE}


PLAIN = chat("plain")
STREAMED = chat("streamed", **WITH_USAGE)
WITHOUT_USAGE = chat("without-usage", **STREAM)
CONTINUOUS = chat("continuous", stream=True, stream_options={"include_usage": True, "continuous_usage_stats": True})
SHORT = chat("short", max_tokens=3)
SHORT_STREAM = chat("short-stream", max_tokens=3, **WITH_USAGE)
COMPLETION_LIMIT = Ask(
    name="completion-limit",
    api=API,
    path=PATH,
    body={"model": MODEL, "messages": [user(COUNT)], "max_completion_tokens": 3, "temperature": 0},
)
STOPPED = chat("stopped", stop=["five"], **WITH_USAGE)
TWO = chat("two", COLOUR, n=2, **WITH_USAGE)
SEEDED = chat("seeded", COLOUR, seed=7)
SEEDED_AGAIN = chat("seeded-again", COLOUR, seed=7)
LOGPROBS = chat("logprobs", COLOUR, logprobs=True, top_logprobs=2, **WITH_USAGE)
JSON_MODE = chat("json-mode", AS_JSON, response_format={"type": "json_object"})
JSON_SCHEMA = chat(
    "json-schema",
    AS_JSON,
    response_format={"type": "json_schema", "json_schema": {"name": "place", "strict": True, "schema": CITY_SCHEMA}},
)
ONE_TOOL = chat("one-tool", WEATHER, tools=TOOLS)
FORCED_TOOL = chat("forced-tool", WEATHER, tools=TOOLS, tool_choice=FORCED)
STREAMED_TOOL = chat("streamed-tool", WEATHER, tools=TOOLS, tool_choice=FORCED, **WITH_USAGE)
PARALLEL_TOOLS = chat(
    "parallel-tools", BOTH_CITIES, tools=TOOLS, parallel_tool_calls=True, max_tokens=128, **WITH_USAGE
)
NO_TOOL = chat("no-tool", COLOUR, tools=TOOLS, tool_choice="none", **WITH_USAGE)
TOOL_ROUND = chat("tool-round", WEATHER, tools=TOOLS, tool_choice=FORCED).followed_by(
    _with_result, {"model": MODEL, "max_tokens": LIMIT}
)
REASONED = chat("reasoned", REASONING, reasoning_effort="low", max_tokens=512, **WITH_USAGE)
SYSTEM = chat("system", messages=[{"role": "system", "content": TERSE}, user(COLOUR)])
DEVELOPER = chat("developer", messages=[{"role": "developer", "content": TERSE}, user(COLOUR)])
PARTS = chat("parts", [{"type": "text", "text": "Which colour is "}, {"type": "text", "text": "a ripe banana?"}])
IMAGE = chat(
    "image",
    [
        {"type": "text", "text": WHAT_IMAGE},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    ],
)
EMPTY = chat("empty", "")
MIXED = chat("mixed", MIXED_TEXT, **WITH_USAGE)
NUL_CHARACTER = chat("nul", NUL)
LONG = chat("long", f"{LONG_WORDS}\n{COLOUR}", max_tokens=8)
SURROGATE = Ask(
    name="surrogate",
    api=API,
    path=PATH,
    body=b'{"messages":[{"role":"user","content":"Half of a pair: \\ud83d"}],"max_tokens":8,"temperature":0,"model":"{model}"}',
)
UNKNOWN_FIELD = chat("unknown-field", COLOUR, streamkit_probe_unknown=True)
UNKNOWN_MODEL = chat("unknown-model", COLOUR, model="streamkit-probe-no-such-model")
UNKNOWN_MODEL_STREAM = chat("unknown-model-stream", COLOUR, model="streamkit-probe-no-such-model", **STREAM)
BAD_JSON = Ask(name="bad-json", api=API, path=PATH, body=b'{"model":"{model}","messages":[')
NO_MESSAGES = Ask(name="no-messages", api=API, path=PATH, body={"model": MODEL, "max_tokens": LIMIT})
WRONG_TYPE = chat("wrong-type", COLOUR, max_tokens="many")
BAD_KEY = chat("bad-key", COLOUR, max_tokens=1, request={"key": "wrong"})
WRONG_METHOD = Ask(name="wrong-method", api=API, path=PATH, method="GET")
MODELS = Ask(name="models", api=API, path="/v1/models", method="GET")
KEPT_ALIVE = chat("kept-alive", COLOUR, **WITH_USAGE, request={"then": chat("kept-alive-second", COLOUR)})
LEAVING = chat(
    "leaving",
    stream=True,
    max_tokens=512,
    request={"leaves": True, "then": chat("after-leaving", COLOUR, **WITH_USAGE)},
)
EIGHT = chat("eight", f"Repeat this word and nothing else: {COPY}", **WITH_USAGE, request={"copies": len(COPY_WORDS)})
COMPRESSED = chat("compressed", **WITH_USAGE, request={"headers": (("Accept-Encoding", "gzip"),)})
