"""The requests of the cases of Ollama's chat."""

from __future__ import annotations

from typing import Any

from streamkit.probes import MODEL, Ask
from streamkit.probes._prompts import (
    AS_JSON,
    CITY_SCHEMA,
    COLOUR,
    COUNT,
    LIMIT,
    MIXED_TEXT,
    PLACE_SCHEMA,
    TERSE,
    TOOL,
    TOOL_WORDS,
    WEATHER,
)

API = "ollama"
PATH = "/api/chat"
TOOLS = [{"type": "function", "function": {"name": TOOL, "description": TOOL_WORDS, "parameters": PLACE_SCHEMA}}]


def user(content: str) -> dict[str, Any]:
    """Return a message of the user."""
    return {"role": "user", "content": content}


def chat(name: str, content: str = COUNT, /, *, options: dict[str, Any] | None = None, **body: Any) -> Ask:
    """Return a request with one message of the user; `options` are added to those of the model, and `body` to the body."""
    settings = {"temperature": 0, "num_predict": LIMIT, **(options or {})}
    fields = {"model": MODEL, "messages": [user(content)], "stream": False, "options": settings} | body
    return Ask(name=name, api=API, path=PATH, body=fields, streams=bool(fields["stream"]))


PLAIN = chat("plain")
STREAMED = chat("streamed", stream=True)
BY_DEFAULT = Ask(
    name="by-default",
    api=API,
    path=PATH,
    body={"model": MODEL, "messages": [user(COLOUR)], "options": {"temperature": 0, "num_predict": LIMIT}},
    streams=True,
)
SHORT = chat("short", stream=True, options={"num_predict": 3})
STOPPED = chat("stopped", stream=True, options={"stop": ["five"]})
SYSTEM = chat("system", messages=[{"role": "system", "content": TERSE}, user(COLOUR)])
JSON_SCHEMA = chat("json-schema", AS_JSON, format=CITY_SCHEMA)
STREAMED_TOOL = chat("streamed-tool", WEATHER, stream=True, tools=TOOLS)
MIXED = chat("mixed", MIXED_TEXT, stream=True)
UNKNOWN_MODEL = chat("unknown-model", COLOUR, model="streamkit-probe-no-such-model")
BAD_JSON = Ask(name="bad-json", api=API, path=PATH, body=b'{"model":"{model}","messages":[')
TAGS = Ask(name="tags", api=API, path="/api/tags", method="GET")
