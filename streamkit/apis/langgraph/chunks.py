"""Single events of LangGraph and LangServe: their parsing, what they carry and what they add."""

from __future__ import annotations

import json
from typing import Any

import orjson

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
from streamkit.model.message import ERROR, FINISH, OTHER_CONTENT, ROLE, TEXT, TOOL, USAGE, Delta, Usage

MODES = frozenset(
    {
        *("values", "updates", "messages", "messages/partial", "messages/complete", "messages/metadata", "custom"),
        *("events", "tasks", "checkpoints", "debug", "tools", "lifecycle", "messages-tuple"),
    }
)
"""The names of events with what a graph streams. Those of a subgraph have its name after `|`."""
NAMES = MODES | {"metadata", "data", "error", "end", "feedback", "heartbeat"}
ADDED = "added"
"""The key of the pieces that an event adds, where a `Follower` has found them."""
_AI = ("ai", "AIMessageChunk", "AIMessage", "assistant")


def parse_event(data: bytes, name: str) -> Chunk | None:
    """Return an event as a chunk: its name, and its data as JSON. Data that is not JSON is under `text`; an event without
    any, such as LangServe's `end`, has neither."""
    if not data.strip():
        return {"event": name}
    try:
        return {"event": name, "data": orjson.loads(data)}
    except orjson.JSONDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    try:
        return {"event": name, "data": json.loads(text)}
    except (ValueError, RecursionError):
        return {"event": name, "text": text}


def mode_of(chunk: Chunk) -> str:
    """Return the name of an event without that of a subgraph."""
    return as_string(chunk.get("event")).partition("|")[0]


def piece_of(chunk: Chunk) -> dict[str, Any] | None:
    """Return the piece of a message in an event: the first of the two values of `messages`, what a model streams of `events`,
    LangServe's data."""
    data, mode = chunk.get("data"), mode_of(chunk)
    if mode == "messages" and type(data) is list and data and type(data[0]) is dict:
        return data[0]
    if mode == "events" and type(data) is dict and data.get("event") == "on_chat_model_stream":
        piece = as_object(data.get("data")).get("chunk")
        return piece if type(piece) is dict else None
    if mode == "data" and type(data) is dict and "content" in data:
        return data
    return None


def pieces_of(chunk: Chunk) -> list[dict[str, Any]]:
    """Return the pieces of messages that an event adds."""
    if ADDED in chunk:
        return objects_in(chunk[ADDED])
    piece = piece_of(chunk)
    return [] if piece is None else [piece]


def is_ai(message: dict[str, Any]) -> bool:
    """Return whether a message is the model's."""
    return message.get("type") in _AI


def text_of(message: dict[str, Any]) -> str:
    """Return the text of a message: its content, or the texts in its parts."""
    content = message.get("content")
    return content if type(content) is str else "".join(as_string(part.get("text")) for part in objects_in(content))


def _text(chunk: Chunk) -> str:
    data = chunk.get("data")
    if mode_of(chunk) == "data" and type(data) is str:
        return data
    return "".join(text_of(piece) for piece in pieces_of(chunk) if is_ai(piece))


def _calls(chunk: Chunk) -> list[dict[str, Any]]:
    return [
        call
        for piece in pieces_of(chunk)
        if is_ai(piece)
        for call in objects_in(piece.get("tool_call_chunks")) or objects_in(piece.get("tool_calls"))
    ]


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags. Only pieces are text: a state may have messages of earlier runs."""
    mode = mode_of(chunk)
    if mode == "error":
        return ERROR
    if mode == "metadata":
        return ROLE
    if mode == "end":
        return FINISH
    if mode not in NAMES or mode in ("messages/metadata", "heartbeat", "feedback"):
        return 0
    carried = (TEXT if _text(chunk) else 0) | (TOOL if _calls(chunk) else 0) | (USAGE if usage(chunk) else 0)
    return carried or OTHER_CONTENT


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds."""
    carried, mode = flags(chunk), mode_of(chunk)
    made = []
    if carried & TEXT:
        made.append(Delta("text", _text(chunk)))
    for index, call in enumerate(_calls(chunk)):
        id, name = nonempty_string(call.get("id")), nonempty_string(call.get("name"))
        made.append(Delta("tool", as_string(call.get("args")), part=index, id=id, name=name))
    if carried & USAGE:
        made.append(usage_delta(usage(chunk)))
    if carried & ERROR:
        made.append(Delta("error", error_message(chunk.get("data", chunk.get("text")))))
    elif carried & ROLE:
        made.append(Delta("role", "assistant"))
    elif carried & FINISH:
        made.append(Delta("finish", "end"))
    elif carried & OTHER_CONTENT:
        made.append(Delta("other", mode))
    return tuple(made)


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of the last piece of a message that has any, as LangChain gives them."""
    given = [as_object(piece.get("usage_metadata")) for piece in pieces_of(chunk)]
    raw = next(filter(None, reversed(given)), None)
    if raw is None:
        return None
    return Usage(
        input=first_count(raw, "input_tokens"),
        output=first_count(raw, "output_tokens"),
        total=first_count(raw, "total_tokens"),
        reasoning=first_count(as_object(raw.get("output_token_details")), "reasoning"),
        cached=first_count(as_object(raw.get("input_token_details")), "cache_read"),
        raw=raw,
    )


def model(chunk: Chunk) -> str | None:
    """Return the model that a piece of a message names."""
    names = (nonempty_string(as_object(piece.get("response_metadata")).get("model_name")) for piece in pieces_of(chunk))
    return next(filter(None, names), None)
