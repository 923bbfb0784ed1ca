"""Single lines of the AI SDK data stream: their parsing, what they carry and what they add."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import orjson

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_object, as_string, first_count, nonempty_string, to_json, usage_delta
from streamkit.model.message import ERROR, FINISH, OTHER_CONTENT, REASONING, ROLE, TEXT, TOOL, USAGE, Delta, Usage

CODES = {
    "0": "text",
    "2": "data",
    "3": "error",
    "8": "message_annotations",
    "9": "tool_call",
    "a": "tool_result",
    "b": "tool_call_streaming_start",
    "c": "tool_call_delta",
    "d": "finish_message",
    "e": "finish_step",
    "f": "start_step",
    "g": "reasoning",
    "h": "source",
    "i": "redacted_reasoning",
    "j": "reasoning_signature",
    "k": "file",
}
"""The codes and their names in the SDK."""

_OTHERS = frozenset({"2", "8", "a", "h", "i", "k"})


def parse_event(data: bytes, name: str) -> Chunk | None:
    """Return the code and the value of a line; None if the value is not JSON, as the client reads it."""
    try:
        return {"code": name, "value": orjson.loads(data)}
    except orjson.JSONDecodeError:
        pass
    try:
        return {"code": name, "value": json.loads(data.decode("utf-8", "replace"), parse_constant=_refuse)}
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> NoReturn:
    """NaN and Infinity are not JSON, although Python reads them."""
    raise ValueError(constant)


def flags(chunk: Chunk) -> int:
    """Return what a line carries, as flags."""
    code, value = as_string(chunk.get("code")), chunk.get("value")
    if code == "0":
        return TEXT if nonempty_string(value) else 0
    if code == "g":
        return REASONING if nonempty_string(value) else 0
    if code == "c":
        return TOOL if nonempty_string(as_object(value).get("argsTextDelta")) else 0
    if code in ("b", "9"):
        return TOOL if nonempty_string(as_object(value).get("toolName")) else 0
    if code == "f":
        return ROLE
    if code == "d":
        return FINISH | (USAGE if usage(chunk) is not None else 0)
    if code == "3":
        return ERROR
    return OTHER_CONTENT if code in _OTHERS and value not in ([], {}, None) else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what a line adds. Complete arguments add only the name of the call: most repeat the deltas."""
    code, value, carried = as_string(chunk.get("code")), chunk.get("value"), flags(chunk)
    if not carried:
        return ()
    if carried in (TEXT, REASONING):
        return (Delta("text" if carried == TEXT else "reasoning", as_string(value)),)
    fields = as_object(value)
    if carried == TOOL:
        id, name = nonempty_string(fields.get("toolCallId")), nonempty_string(fields.get("toolName"))
        return (Delta("tool", as_string(fields.get("argsTextDelta")), id=id, name=name),)
    if carried == ROLE:
        return (Delta("role", "assistant"),)
    if carried & FINISH:
        finish = Delta("finish", as_string(fields.get("finishReason")))
        return (finish, usage_delta(usage(chunk))) if carried & USAGE else (finish,)
    if carried == ERROR:
        return (Delta("error", value if type(value) is str else to_json(value)),)
    return (Delta("other", CODES[code], id=nonempty_string(fields.get("toolCallId"))),)


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of the end of the message, which are those of all steps. The SDK writes null for unknown
    ones."""
    counts: Any = as_object(chunk.get("value")).get("usage")
    if chunk.get("code") != "d" or type(counts) is not dict:
        return None
    given, made = first_count(counts, "promptTokens"), first_count(counts, "completionTokens")
    return None if given is None and made is None else Usage(input=given, output=made, raw=counts)
