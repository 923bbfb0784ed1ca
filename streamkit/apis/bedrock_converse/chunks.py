"""Interpret the events of Bedrock's Converse. Amazon's own models send the same events through InvokeModel.

A chunk is `{"contentBlockDelta": {…}}`: the payload under the name of its event, as the SDKs show it. On the wire, the
name is in a header of the message, and only the payload is JSON.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk, Ending
from streamkit.apis._bedrock import UNNAMED, exception_in
from streamkit.apis._kit.reading import (
    as_index,
    as_object,
    as_string,
    error_message,
    first_count,
    nonempty_string,
    usage_delta,
)
from streamkit.model.message import (
    ERROR,
    FINISH,
    OTHER_CONTENT,
    REASONING,
    ROLE,
    TEXT,
    TOOL,
    USAGE,
    Delta,
    Usage,
)

EVENTS = (
    "contentBlockDelta",
    "contentBlockStart",
    "contentBlockStop",
    "messageStart",
    "messageStop",
    "metadata",
)
PADDING = "p"  # random padding against attacks on the length of messages


def with_name(chunk: Chunk, name: str) -> Chunk:
    """Return the chunk under the name of its event, unless it has that form already or its event has no name."""
    if name == UNNAMED or is_event(chunk) or (exception_in(chunk) is not None and len(chunk) == 1):
        return chunk
    return {name: {key: value for key, value in chunk.items() if key != PADDING}}


def is_event(chunk: Chunk) -> bool:
    """Return whether a chunk is an event of Converse: a payload under its name, with hardly any other keys."""
    if len(chunk) > 3:
        return False
    # Other APIs also have a field `metadata` with usage, but next to other fields.
    counts = chunk.keys() <= {"metadata", PADDING} and "usage" in as_object(chunk.get("metadata"))
    return counts or any(type(chunk.get(event)) is dict for event in EVENTS if event != "metadata")


def _delta(chunk: Chunk) -> tuple[dict[str, Any], int]:
    payload = as_object(chunk.get("contentBlockDelta"))
    return as_object(payload.get("delta")), as_index(payload.get("contentBlockIndex"), 0)


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    if "contentBlockDelta" in chunk:
        delta, _ = _delta(chunk)
        if delta.get("text"):
            return TEXT
        if as_object(delta.get("reasoningContent")).get("text"):
            return REASONING
        if as_object(delta.get("toolUse")).get("input"):
            return TOOL
        return OTHER_CONTENT if any(key not in ("text", "reasoningContent", "toolUse") for key in delta) else 0
    if "contentBlockStart" in chunk:
        start = as_object(as_object(chunk.get("contentBlockStart")).get("start"))
        return TOOL if start.get("toolUse") else 0
    if "messageStart" in chunk:
        return ROLE
    if "messageStop" in chunk:
        return FINISH
    if "metadata" in chunk:
        return USAGE if type(as_object(chunk.get("metadata")).get("usage")) is dict else 0
    return ERROR if exception_in(chunk) is not None else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds; `part` is the index of its block."""
    if "contentBlockDelta" in chunk:
        return _convert_delta(*_delta(chunk))
    if "contentBlockStart" in chunk:
        payload = as_object(chunk.get("contentBlockStart"))
        tool = as_object(as_object(payload.get("start")).get("toolUse"))
        index = as_index(payload.get("contentBlockIndex"), 0)
        opened = Delta(
            "tool",
            "",
            choice=0,
            part=index,
            id=nonempty_string(tool.get("toolUseId")),
            name=nonempty_string(tool.get("name")),
        )
        return (opened,) if tool else ()
    if "messageStart" in chunk:
        return (Delta("role", as_string(as_object(chunk.get("messageStart")).get("role"))),)
    if "messageStop" in chunk:
        return (Delta("finish", as_string(as_object(chunk.get("messageStop")).get("stopReason"))),)
    if flags(chunk) & USAGE:
        return (usage_delta(usage(chunk)),)
    failed = exception_in(chunk)
    return (Delta("error", error_message(failed[1]) or failed[0]),) if failed is not None else ()


def _convert_delta(delta: dict[str, Any], index: int) -> tuple[Delta, ...]:
    reasoning = as_string(as_object(delta.get("reasoningContent")).get("text"))
    given = as_string(as_object(delta.get("toolUse")).get("input"))
    if as_string(delta.get("text")):
        return (Delta("text", delta["text"], part=index),)
    if reasoning:
        return (Delta("reasoning", reasoning, part=index),)
    if given:
        return (Delta("tool", given, part=index),)
    others = [key for key in delta if key not in ("text", "toolUse")]
    return tuple(Delta("other", key, part=index) for key in others)


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of `metadata`, or None."""
    return parse_usage(as_object(chunk.get("metadata")).get("usage"))


def parse_usage(raw: Any) -> Usage | None:
    """Convert Converse's counts to the common terms. Tokens read from or written to a cache are added to the input."""
    if type(raw) is not dict:
        return None
    read = first_count(raw, "cacheReadInputTokens", "cacheReadInputTokenCount")
    cache_write = first_count(raw, "cacheWriteInputTokens", "cacheWriteInputTokenCount")
    prompt = first_count(raw, "inputTokens")
    return Usage(
        input=None if prompt is None else prompt + (read or 0) + (cache_write or 0),
        output=first_count(raw, "outputTokens"),
        total=first_count(raw, "totalTokens"),
        cached=read,
        raw=raw,
    )


def ended(ending: Ending) -> bool:
    """The stream ends with `messageStop`; `metadata` may come after or before it."""
    return any("messageStop" in chunk for chunk in reversed(ending.chunks))
