"""Interpret the events of Cohere's chat API, in both versions. Bedrock passes on the events of version 1."""

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

VERSION_2 = frozenset(
    {
        "message-start",
        "content-start",
        "content-delta",
        "content-end",
        "tool-plan-delta",
        "tool-call-start",
        "tool-call-delta",
        "tool-call-end",
        "citation-start",
        "citation-end",
        "message-end",
    }
)
VERSION_1 = frozenset(
    {
        "stream-start",
        "text-generation",
        "stream-end",
        "citation-generation",
        "search-queries-generation",
        "search-results",
        "tool-calls-generation",
        "tool-calls-chunk",
    }
)


def event_type(chunk: Chunk) -> str | None:
    """Return the type of an event of either version, or None."""
    kind = chunk.get("type")
    if type(kind) is str and kind in VERSION_2:
        return kind
    kind = chunk.get("event_type")
    return kind if type(kind) is str and kind in VERSION_1 else None


def is_response(chunk: Chunk) -> bool:
    """Return whether the chunk is a non-streaming response of version 2."""
    content = as_object(chunk.get("message")).get("content")
    return "type" not in chunk and "finish_reason" in chunk and type(content) is list


def message_delta(chunk: Chunk) -> dict[str, Any]:
    """Return the part of the message that an event of version 2 adds, or an empty dict."""
    return as_object(as_object(chunk.get("delta")).get("message"))


def content_delta(chunk: Chunk) -> dict[str, Any]:
    """Return the part of a content block that an event of version 2 adds, or an empty dict."""
    return as_object(message_delta(chunk).get("content"))


def _function(chunk: Chunk) -> dict[str, Any]:
    return as_object(as_object(message_delta(chunk).get("tool_calls")).get("function"))


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    kind = as_string(chunk.get("type")) or as_string(chunk.get("event_type"))
    if kind in ("content-delta", "content-start"):
        content = content_delta(chunk)
        return TEXT if content.get("text") else REASONING if content.get("thinking") else 0
    if kind == "text-generation":
        return TEXT if chunk.get("text") else 0
    if kind == "tool-plan-delta":
        return REASONING if message_delta(chunk).get("tool_plan") else 0
    if kind in ("tool-call-start", "tool-call-delta"):
        function = _function(chunk)
        return TOOL if function.get("name") or function.get("arguments") else 0
    if kind in ("tool-calls-chunk", "tool-calls-generation"):
        return TOOL
    if kind in ("citation-start", "citation-generation", "search-results"):
        return OTHER_CONTENT
    if kind in ("message-start", "stream-start"):
        return ROLE
    found = 0
    if kind in ("message-end", "stream-end"):
        found = FINISH | (USAGE if _counts(chunk) else 0)
        failed = _finish(chunk) in ("ERROR", "ERROR_TOXIC", "ERROR_LIMIT") or as_object(chunk.get("delta")).get("error")
        return found | (ERROR if failed else 0)
    if is_response(chunk):
        for part in objects_in(chunk["message"]["content"]):
            found |= TEXT if part.get("text") else REASONING if part.get("thinking") else 0
        return found | (TOOL if chunk["message"].get("tool_calls") else 0)
    return ERROR if reported_error(chunk) else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds; `part` is the index of its content or tool call."""
    kind = as_string(chunk.get("type")) or as_string(chunk.get("event_type"))
    part = as_index(chunk.get("index"), 0)
    if kind in ("content-delta", "content-start"):
        content = content_delta(chunk)
        text, thought = as_string(content.get("text")), as_string(content.get("thinking"))
        return (
            (Delta("text", text, part=part),) if text else (Delta("reasoning", thought, part=part),) if thought else ()
        )
    if kind == "text-generation":
        return (Delta("text", as_string(chunk.get("text"))),) if chunk.get("text") else ()
    if kind == "tool-plan-delta":
        plan = as_string(message_delta(chunk).get("tool_plan"))
        return (Delta("reasoning", plan),) if plan else ()
    if kind in ("tool-call-start", "tool-call-delta"):
        call, function = as_object(message_delta(chunk).get("tool_calls")), _function(chunk)
        name, id = nonempty_string(function.get("name")), nonempty_string(call.get("id"))
        return (Delta("tool", as_string(function.get("arguments")), choice=0, part=part, id=id, name=name),)
    if kind == "tool-calls-chunk":
        piece = as_object(chunk.get("tool_call_delta"))
        given = as_string(piece.get("parameters")) or as_string(chunk.get("text"))
        return (
            Delta(
                "tool",
                given,
                choice=0,
                part=as_index(piece.get("index"), 0),
                id=None,
                name=nonempty_string(piece.get("name")),
            ),
        )
    if kind == "citation-start":
        return (Delta("citation", as_string(as_object(message_delta(chunk).get("citations")).get("text")), part=part),)
    if kind == "citation-generation":
        return tuple(Delta("citation", as_string(one.get("text"))) for one in objects_in(chunk.get("citations")))
    return _convert_frame_event(chunk, kind)


def _convert_frame_event(chunk: Chunk, kind: Any) -> tuple[Delta, ...]:
    if kind in ("message-start", "stream-start"):
        return (Delta("role", as_string(message_delta(chunk).get("role")) or "assistant"),)
    found: list[Delta] = []
    if kind in ("message-end", "stream-end"):
        found.append(Delta("finish", _finish(chunk) or ""))
        if _counts(chunk):
            found.append(usage_delta(usage(chunk)))
    elif is_response(chunk):
        for index, part in enumerate(objects_in(chunk["message"]["content"])):
            found.append(Delta("text", as_string(part.get("text")), part=index))
    message = reported_error(chunk) or as_object(chunk.get("delta")).get("error")
    return (*found, Delta("error", error_message(message))) if message else tuple(found)


def _finish(chunk: Chunk) -> str | None:
    return nonempty_string(as_object(chunk.get("delta")).get("finish_reason")) or nonempty_string(
        chunk.get("finish_reason")
    )


def reported_error(chunk: Chunk) -> Any:
    """Return the error that a chunk reports, or None."""
    if event_type(chunk) or is_response(chunk):
        return None
    return chunk.get("error") or (chunk if "message" in chunk and type(chunk["message"]) is str else None)


def _counts(chunk: Chunk) -> dict[str, Any]:
    version_2 = as_object(as_object(chunk.get("delta")).get("usage")) or as_object(chunk.get("usage"))
    return version_2 or as_object(as_object(chunk.get("response")).get("meta"))


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of the last event, or None."""
    return parse_usage(_counts(chunk))


def parse_usage(raw: dict[str, Any]) -> Usage | None:
    """Convert Cohere's counts to the terms common to all APIs.

    `tokens` is what the model processed, `billed_units` what is charged; the former is preferred.
    """
    if not raw:
        return None
    tokens = as_object(raw.get("tokens")) or as_object(raw.get("billed_units"))
    return Usage(
        input=first_count(tokens, "input_tokens"),
        output=first_count(tokens, "output_tokens"),
        reasoning=first_count(tokens, "reasoning_tokens"),
        cached=first_count(raw, "cached_tokens"),
        raw=raw,
    )


def model(chunk: Chunk) -> str | None:
    """Return the model name that a chunk gives, or None. Cohere's streams give none."""
    return nonempty_string(chunk.get("model"))


def ended(ending: Ending) -> bool:
    """The stream ends with `message-end`, or with `stream-end` in version 1."""
    return any(chunk.get("type") == "message-end" or chunk.get("event_type") == "stream-end" for chunk in ending.chunks)
