"""Single events of AG-UI: what they carry, what they add, and their token counts."""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import (
    as_object,
    as_string,
    error_message,
    first_count,
    nonempty_string,
    objects_in,
    usage_delta,
)
from streamkit.model.message import ERROR, FINISH, OTHER_CONTENT, REASONING, ROLE, TEXT, TOOL, USAGE, Delta, Usage

EVENTS = frozenset(
    {
        *("RUN_STARTED", "RUN_FINISHED", "RUN_ERROR", "STEP_STARTED", "STEP_FINISHED", "RAW", "CUSTOM"),
        *("TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "TEXT_MESSAGE_CHUNK"),
        *("TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "TOOL_CALL_CHUNK", "TOOL_CALL_RESULT"),
        *("STATE_SNAPSHOT", "STATE_DELTA", "MESSAGES_SNAPSHOT", "ACTIVITY_SNAPSHOT", "ACTIVITY_DELTA"),
        *("REASONING_START", "REASONING_END", "REASONING_MESSAGE_START", "REASONING_MESSAGE_CONTENT"),
        *("REASONING_MESSAGE_END", "REASONING_MESSAGE_CHUNK", "REASONING_ENCRYPTED_VALUE"),
        *("SUBAGENT_STARTED", "SUBAGENT_FINISHED", "SUBAGENT_ERROR"),
    }
)
ROLES = frozenset({"developer", "system", "assistant", "user", "tool", "activity", "reasoning"})
_PARTS = frozenset({"text", "image", "audio", "video", "document", "binary"})
OLD_EVENTS = {
    "THINKING_START": "REASONING_START",
    "THINKING_END": "REASONING_END",
    "THINKING_TEXT_MESSAGE_START": "REASONING_MESSAGE_START",
    "THINKING_TEXT_MESSAGE_CONTENT": "REASONING_MESSAGE_CONTENT",
    "THINKING_TEXT_MESSAGE_END": "REASONING_MESSAGE_END",
}
"""The events of reasoning before version 1.0, which had no ID, and their present names."""

_TEXTS = {
    "TEXT_MESSAGE_CONTENT": TEXT,
    "TEXT_MESSAGE_CHUNK": TEXT,
    "REASONING_MESSAGE_CONTENT": REASONING,
    "REASONING_MESSAGE_CHUNK": REASONING,
    "THINKING_TEXT_MESSAGE_CONTENT": REASONING,
    "TOOL_CALL_ARGS": TOOL,
}
_CALLS = ("TOOL_CALL_START", "TOOL_CALL_CHUNK")
_CONTENT = frozenset({"TOOL_CALL_RESULT", "STATE_SNAPSHOT", "STATE_DELTA", "MESSAGES_SNAPSHOT", "CUSTOM"}) | {
    "ACTIVITY_SNAPSHOT",
    "ACTIVITY_DELTA",
}


def is_known_part(part: Any) -> bool:
    """Return whether a part of content is of a type that exists. Other values than objects are reported by the shape check."""
    return type(part) is not dict or (type(part.get("type")) is str and part["type"] in _PARTS)


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    kind = as_string(chunk.get("type"))
    if kind in _TEXTS:
        return _TEXTS[kind] if nonempty_string(chunk.get("delta")) else 0
    if kind in _CALLS:
        return TOOL if nonempty_string(chunk.get("toolCallName")) or nonempty_string(chunk.get("delta")) else 0
    if kind == "RUN_STARTED":
        return ROLE
    if kind == "RUN_FINISHED":
        return FINISH | (USAGE if usage(chunk) is not None else 0)
    if kind == "RUN_ERROR":
        return ERROR | (USAGE if usage(chunk) is not None else 0)
    return OTHER_CONTENT if kind in _CONTENT else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds."""
    kind, carried = as_string(chunk.get("type")), flags(chunk)
    if carried in (TEXT, REASONING):
        return (Delta("text" if carried == TEXT else "reasoning", as_string(chunk.get("delta"))),)
    if carried == TOOL:
        id, name = nonempty_string(chunk.get("toolCallId")), nonempty_string(chunk.get("toolCallName"))
        return (Delta("tool", as_string(chunk.get("delta")), id=id, name=name),)
    if carried == ROLE:
        return (Delta("role", "assistant"),)
    if carried & (FINISH | ERROR):
        outcome = as_string(as_object(chunk.get("outcome")).get("type"))
        end = Delta("finish", outcome) if carried & FINISH else Delta("error", error_message(chunk))
        counts = usage(chunk)
        return (end,) if counts is None else (end, usage_delta(counts))
    return (Delta("other", kind, id=nonempty_string(chunk.get("toolCallId"))),) if carried else ()


def model(chunk: Chunk) -> str | None:
    """Return the first model that the usage at the end names."""
    return next(filter(None, (nonempty_string(entry.get("model")) for entry in objects_in(chunk.get("usage")))), None)


_NAMES = {
    "input": "inputTokens",
    "output": "outputTokens",
    "total": "totalTokens",
    "reasoning": "reasoningTokens",
    "cached": "cachedInputTokens",
}


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of a run. There is an entry for each model; a count is the sum of those of all entries, and
    missing if it is missing from one of them."""
    entries = objects_in(chunk.get("usage"))
    if not entries or chunk.get("type") not in ("RUN_FINISHED", "RUN_ERROR"):
        return None
    counts: dict[str, int | None] = {}
    for name, key in _NAMES.items():
        given = [count for count in (first_count(entry, key) for entry in entries) if count is not None]
        counts[name] = sum(given) if len(given) == len(entries) else None
    raw: dict[str, Any] = entries[0] if len(entries) == 1 else {"models": entries}
    return Usage(**counts, raw=raw) if any(count is not None for count in counts.values()) else None
