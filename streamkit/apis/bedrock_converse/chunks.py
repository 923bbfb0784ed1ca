"""What the events of Bedrock's Converse add; Amazon's own models send the same through InvokeModel.

A chunk is `{"contentBlockDelta": {…}}`: the payload under the name of its event, as the SDKs show it. On the wire the name
stands in a header of the message, and the payload alone is its JSON.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk, Ending
from streamkit.apis._bedrock import failure
from streamkit.apis._kit.reading import count_of, name_of, object_of, place_of, said_by, text_of, usage_delta
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
PADDING = "p"  # random filler against attacks on the length of messages


def named(chunk: Chunk, name: str) -> Chunk:
    """The chunk under the name of its event, unless it is so already."""
    if is_event(chunk) or (failure(chunk) is not None and len(chunk) == 1):
        return chunk
    return {name: {key: value for key, value in chunk.items() if key != PADDING}}


def is_event(chunk: Chunk) -> bool:
    """Whether a chunk is an event of Converse: its payload under its name, and hardly anything beside."""
    if len(chunk) > 3:
        return False
    # Other APIs have a field `metadata` with a usage, too, beside others.
    counts = chunk.keys() <= {"metadata", PADDING} and "usage" in object_of(chunk.get("metadata"))
    return counts or any(type(chunk.get(event)) is dict for event in EVENTS if event != "metadata")


def _delta(chunk: Chunk) -> tuple[dict[str, Any], int]:
    payload = object_of(chunk.get("contentBlockDelta"))
    return object_of(payload.get("delta")), place_of(payload.get("contentBlockIndex"), 0)


def flags(chunk: Chunk) -> int:
    """What an event carries."""
    if "contentBlockDelta" in chunk:
        delta, _ = _delta(chunk)
        if delta.get("text"):
            return TEXT
        if object_of(delta.get("reasoningContent")).get("text"):
            return REASONING
        if object_of(delta.get("toolUse")).get("input"):
            return TOOL
        return OTHER_CONTENT if any(key not in ("text", "reasoningContent", "toolUse") for key in delta) else 0
    if "contentBlockStart" in chunk:
        start = object_of(object_of(chunk.get("contentBlockStart")).get("start"))
        return TOOL if start.get("toolUse") else 0
    if "messageStart" in chunk:
        return ROLE
    if "messageStop" in chunk:
        return FINISH
    if "metadata" in chunk:
        return USAGE if type(object_of(chunk.get("metadata")).get("usage")) is dict else 0
    return ERROR if failure(chunk) is not None else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """What an event adds; `part` is the index of its block."""
    if "contentBlockDelta" in chunk:
        return _of_delta(*_delta(chunk))
    if "contentBlockStart" in chunk:
        payload = object_of(chunk.get("contentBlockStart"))
        tool = object_of(object_of(payload.get("start")).get("toolUse"))
        place = place_of(payload.get("contentBlockIndex"), 0)
        named_tool = Delta(
            "tool", "", choice=0, part=place, id=name_of(tool.get("toolUseId")), name=name_of(tool.get("name"))
        )
        return (named_tool,) if tool else ()
    if "messageStart" in chunk:
        return (Delta("role", text_of(object_of(chunk.get("messageStart")).get("role"))),)
    if "messageStop" in chunk:
        return (Delta("finish", text_of(object_of(chunk.get("messageStop")).get("stopReason"))),)
    if flags(chunk) & USAGE:
        return (usage_delta(usage(chunk)),)
    failed = failure(chunk)
    return (Delta("error", said_by(failed[1]) or failed[0]),) if failed is not None else ()


def _of_delta(delta: dict[str, Any], place: int) -> tuple[Delta, ...]:
    reasoning = text_of(object_of(delta.get("reasoningContent")).get("text"))
    given = text_of(object_of(delta.get("toolUse")).get("input"))
    if text_of(delta.get("text")):
        return (Delta("text", delta["text"], part=place),)
    if reasoning:
        return (Delta("reasoning", reasoning, part=place),)
    if given:
        return (Delta("tool", given, part=place),)
    others = [key for key in delta if key not in ("text", "toolUse")]
    return tuple(Delta("other", key, part=place) for key in others)


def usage(chunk: Chunk) -> Usage | None:
    """The token counts of `metadata`."""
    return usage_of(object_of(chunk.get("metadata")).get("usage"))


def usage_of(raw: Any) -> Usage | None:
    """Converse's counts in the common words: what was read from a cache or written to it is added to the input."""
    if type(raw) is not dict:
        return None
    read = count_of(raw, "cacheReadInputTokens", "cacheReadInputTokenCount")
    written = count_of(raw, "cacheWriteInputTokens", "cacheWriteInputTokenCount")
    asked = count_of(raw, "inputTokens")
    return Usage(
        input=None if asked is None else asked + (read or 0) + (written or 0),
        output=count_of(raw, "outputTokens"),
        total=count_of(raw, "totalTokens"),
        cached=read,
        raw=raw,
    )


def ended(ending: Ending) -> bool:
    """`messageStop`; `metadata` may come after it or before it."""
    return any("messageStop" in chunk for chunk in reversed(ending.chunks))
