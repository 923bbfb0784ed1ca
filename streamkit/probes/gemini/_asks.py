"""The requests of the cases of generateContent."""

from __future__ import annotations

from typing import Any

from streamkit.probes import Ask
from streamkit.probes._prompts import (
    AS_JSON,
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

API = "gemini"
PATH = "/v1beta/models/{model}:generateContent"
STREAM_PATH = "/v1beta/models/{model}:streamGenerateContent?alt=sse"
CITY = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}, "country": {"type": "STRING"}}}
PARAMETERS = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": PLACE_SCHEMA["required"]}
TOOLS = [{"functionDeclarations": [{"name": TOOL, "description": TOOL_WORDS, "parameters": PARAMETERS}]}]
FORCED = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [TOOL]}}


def generate(
    name: str,
    content: str = COUNT,
    /,
    *,
    stream: bool = False,
    path: str = "",
    config: dict[str, Any] | None = None,
    **body: Any,
) -> Ask:
    """Return a request with one text; `config` is added to the generation config, and `body` to the body."""
    fields = {
        "contents": [{"role": "user", "parts": [{"text": content}]}],
        "generationConfig": {"temperature": 0, "maxOutputTokens": LIMIT, **(config or {})},
        **body,
    }
    return Ask(name=name, api=API, path=path or (STREAM_PATH if stream else PATH), body=fields, streams=stream)


PLAIN = generate("plain")
STREAMED = generate("streamed", stream=True)
SHORT = generate("short", stream=True, config={"maxOutputTokens": 3})
STOPPED = generate("stopped", stream=True, config={"stopSequences": ["five"]})
SYSTEM = generate("system", COLOUR, systemInstruction={"parts": [{"text": TERSE}]})
JSON_SCHEMA = generate("json-schema", AS_JSON, config={"responseMimeType": "application/json", "responseSchema": CITY})
STREAMED_TOOL = generate("streamed-tool", WEATHER, stream=True, tools=TOOLS, toolConfig=FORCED)
MIXED = generate("mixed", MIXED_TEXT, stream=True)
UNKNOWN_MODEL = generate("unknown-model", COLOUR, path="/v1beta/models/streamkit-probe-no-such-model:generateContent")
BAD_JSON = Ask(name="bad-json", api=API, path=PATH, body=b'{"contents":[')
