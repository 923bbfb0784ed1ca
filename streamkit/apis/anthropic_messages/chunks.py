"""Interpret the events of the Messages protocol. Bedrock sends the same events in its own framing."""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk, Ending
from streamkit.apis._kit.reading import (
    as_index,
    as_object,
    as_string,
    error_message,
    first_count,
    nonempty_string,
    objects_in,
    to_json,
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
    DeltaKind,
    Usage,
)

EVENTS = frozenset(
    {
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    }
)
TOOLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})

# For each delta type: the field with its content, and the flag and kind of that content.
_PIECES: dict[str, tuple[str, int, DeltaKind]] = {
    "text_delta": ("text", TEXT, "text"),
    "thinking_delta": ("thinking", REASONING, "reasoning"),
    "input_json_delta": ("partial_json", TOOL, "tool"),
    "citations_delta": ("citation", OTHER_CONTENT, "citation"),
    "compaction_delta": ("content", OTHER_CONTENT, "other"),
}
_BLOCKS = {"text": ("text", TEXT), "thinking": ("thinking", REASONING)}


def is_event(chunk: Chunk) -> bool:
    """Return whether a chunk is an event that only this protocol has."""
    kind = chunk.get("type")
    return type(kind) is str and kind in EVENTS


def is_message(chunk: Chunk) -> bool:
    """Return whether a chunk is a whole message, that is, a non-streaming response."""
    return chunk.get("type") == "message" and type(chunk.get("content")) is list


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    kind = as_string(chunk.get("type"))
    if kind == "content_block_delta":
        delta = chunk.get("delta")
        if type(delta) is dict:
            piece = _PIECES.get(as_string(delta.get("type")))
            if piece is not None and delta.get(piece[0]):
                return piece[1]
        return 0
    if kind == "content_block_start":
        return _block_flags(as_object(chunk.get("content_block")))
    found = 0
    if kind == "message_start":
        message = as_object(chunk.get("message"))
        found = ROLE | (USAGE if type(message.get("usage")) is dict else 0)
    elif kind == "message_delta":
        found = USAGE if type(chunk.get("usage")) is dict else 0
        if as_object(chunk.get("delta")).get("stop_reason"):
            found |= FINISH
    elif kind == "error" or (as_string(kind) not in EVENTS and chunk.get("error")):
        found = ERROR
    elif is_message(chunk):
        for block in objects_in(chunk["content"]):
            found |= _block_flags(block)
    return found


def _block_flags(block: dict[str, Any]) -> int:
    kind = as_string(block.get("type"))
    if kind in _BLOCKS:
        field, flag = _BLOCKS[kind]
        return flag if block.get(field) else 0
    if kind in TOOLS:
        return TOOL if block.get("name") or block.get("input") else 0
    return OTHER_CONTENT if kind and kind != "compaction" else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds; `part` is the index of its block."""
    kind = as_string(chunk.get("type"))
    part = as_index(chunk.get("index"), 0)
    if kind == "content_block_delta":
        return _convert_delta(as_object(chunk.get("delta")), part)
    if kind == "content_block_start":
        return _convert_block(as_object(chunk.get("content_block")), part)
    found: list[Delta] = []
    if kind == "message_start":
        found.append(Delta("role", as_string(as_object(chunk.get("message")).get("role"))))
    elif kind == "message_delta":
        reason = as_object(chunk.get("delta")).get("stop_reason")
        if reason:
            found.append(Delta("finish", str(reason)))
    elif kind == "error" or (as_string(kind) not in EVENTS and chunk.get("error")):
        found.append(Delta("error", error_message(chunk.get("error"))))
    elif is_message(chunk):
        for index, block in enumerate(objects_in(chunk["content"])):
            found += _convert_block(block, index)
        if chunk.get("stop_reason"):
            found.append(Delta("finish", str(chunk["stop_reason"])))
    counts = usage(chunk)
    if counts is not None:
        found.append(usage_delta(counts))
    return tuple(found)


def _convert_delta(delta: dict[str, Any], part: int) -> tuple[Delta, ...]:
    piece = _PIECES.get(as_string(delta.get("type")))
    if piece is None:
        return (Delta("other", as_string(delta.get("type")), part=part),) if delta else ()
    value = delta.get(piece[0])
    if piece[2] == "citation":
        value = as_object(value).get("url") or as_object(value).get("cited_text")
    text = as_string(value)
    return (Delta(piece[2], text, part=part),) if text or piece[2] == "citation" else ()


def _convert_block(block: dict[str, Any], part: int) -> tuple[Delta, ...]:
    kind = as_string(block.get("type"))
    if kind in TOOLS:
        given = block.get("input")
        return (
            Delta(
                "tool",
                to_json(given) if given else "",
                choice=0,
                part=part,
                id=nonempty_string(block.get("id")),
                name=nonempty_string(block.get("name")),
            ),
        )
    if kind in _BLOCKS:
        text = as_string(block.get(_BLOCKS[kind][0]))
        return (Delta("text" if kind == "text" else "reasoning", text, part=part),) if text else ()
    return (Delta("other", kind, part=part),) if kind else ()


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of a `message_start`, a `message_delta` (running totals) or a non-streaming response."""
    raw = as_object(chunk.get("message")).get("usage") if chunk.get("type") == "message_start" else chunk.get("usage")
    return parse_usage(raw)


def parse_usage(raw: Any) -> Usage | None:
    """Convert Anthropic's counts to the terms common to all APIs.

    `input_tokens` excludes tokens read from or written to a cache, so the three counts are added: `cached` is then a
    part of `input`, as everywhere.
    """
    if type(raw) is not dict:
        return None
    counts = [
        first_count(raw, name) for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    ]
    return Usage(
        input=None if counts[0] is None else sum(count or 0 for count in counts),
        output=first_count(raw, "output_tokens"),
        reasoning=first_count(raw.get("output_tokens_details"), "thinking_tokens", "reasoning_tokens"),
        cached=counts[1],
        raw=raw,
    )


def model(chunk: Chunk) -> str | None:
    """Return the model name in a `message_start` or a non-streaming response, or None."""
    return nonempty_string(as_object(chunk.get("message")).get("model")) or nonempty_string(chunk.get("model"))


def ended(ending: Ending) -> bool:
    """The stream ends with `message_stop`. A `[DONE]`, which some gateways add, is not significant."""
    return any(chunk.get("type") == "message_stop" for chunk in reversed(ending.chunks))


def joins(chunk: Chunk, text: str) -> bool:
    """Return whether chunks like this one add nothing but to one string of a block, which is `text` here."""
    delta = chunk.get("delta")
    if chunk.get("type") != "content_block_delta" or type(chunk.get("index")) is not int or type(delta) is not dict:
        return False
    return type(delta.get("type")) is str and all(
        value == text and key in ("text", "thinking", "partial_json") for key, value in delta.items() if key != "type"
    )
