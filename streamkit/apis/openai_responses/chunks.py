"""Interpret the events of the Responses API."""

from __future__ import annotations

from streamkit.apis import Chunk, Ending
from streamkit.apis._kit.reading import (
    as_index,
    as_object,
    as_string,
    error_message,
    nonempty_string,
    objects_in,
    usage_delta,
)
from streamkit.apis._openai.usage import parse_usage
from streamkit.apis.openai_responses.items import GROWING, ITEM_CALLS, item_deltas
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

TERMINAL = frozenset({"response.completed", "response.failed", "response.incomplete", "error"})

# Events that append content: the flag and the kind of their `delta`.
_APPENDS: dict[str, tuple[int, DeltaKind]] = {
    "response.output_text.delta": (TEXT, "text"),
    "response.refusal.delta": (TEXT, "refusal"),
    "response.reasoning_text.delta": (REASONING, "reasoning"),
    "response.reasoning_summary_text.delta": (REASONING, "reasoning"),
    "response.function_call_arguments.delta": (TOOL, "tool"),
    "response.custom_tool_call_input.delta": (TOOL, "tool"),
    "response.mcp_call_arguments.delta": (TOOL, "tool"),
    "response.code_interpreter_call_code.delta": (TOOL, "tool"),
    "response.shell_call_command.delta": (TOOL, "tool"),
    "response.shell_call_output_content.delta": (OTHER_CONTENT, "other"),
    "response.audio.delta": (OTHER_CONTENT, "audio"),
    "response.audio.transcript.delta": (OTHER_CONTENT, "audio"),
}
_OTHERS = frozenset({"response.output_text.annotation.added", "response.image_generation_call.partial_image"})
_LIFECYCLE = {
    "response.created": ROLE,
    "response.completed": FINISH,
    "response.incomplete": FINISH,
    "response.failed": FINISH | ERROR,
}


def is_event(chunk: Chunk) -> bool:
    """Return whether a chunk is an event that only this protocol has."""
    kind = chunk.get("type")
    return type(kind) is str and (kind in _LIFECYCLE or kind in _APPENDS or kind.startswith("response.output_item."))


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    kind = chunk.get("type")
    if type(kind) is str:
        piece = _APPENDS.get(kind)
        if piece is not None:
            return piece[0] if chunk.get("delta") else 0
        if kind in _LIFECYCLE:
            return _LIFECYCLE[kind] | (USAGE if type(as_object(chunk.get("response")).get("usage")) is dict else 0)
        if kind == "response.output_item.added":
            item = as_object(chunk.get("item"))
            if item.get("type") == "message":
                return ROLE
            return (
                TOOL if as_string(item.get("type")) in ITEM_CALLS and (item.get("name") or item.get("arguments")) else 0
            )
        if kind == "response.content_part.added":
            part = as_object(chunk.get("part"))
            return TEXT if part.get("text") or part.get("refusal") else 0
        if kind in _OTHERS:
            return OTHER_CONTENT
        return ERROR if kind == "error" else 0
    if chunk.get("object") == "response":
        found = USAGE if type(chunk.get("usage")) is dict else 0
        return (
            found
            | (ERROR if chunk.get("error") else 0)
            | (FINISH if chunk.get("status") else 0)
            | TEXT * bool(chunk.get("output"))
        )
    return ERROR if chunk.get("error") else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds; `part` is the index of its output item."""
    kind = as_string(chunk.get("type"))
    part = as_index(chunk.get("output_index"), 0)
    piece = _APPENDS.get(kind)
    if piece is not None:
        delta = chunk.get("delta")
        text = as_string(delta) or as_string(as_object(delta).get("stdout"))
        return (Delta(piece[1], "" if kind == "response.audio.delta" else text, part=part),) if delta else ()
    if kind == "response.output_item.added":
        return item_deltas(as_object(chunk.get("item")), part)
    if kind == "response.content_part.added":
        added = as_object(chunk.get("part"))
        text = as_string(added.get("text"))
        refusal = as_string(added.get("refusal"))
        return (Delta("text", text, part=part),) if text else (Delta("refusal", refusal, part=part),) if refusal else ()
    if kind == "response.output_text.annotation.added":
        annotation = as_object(chunk.get("annotation"))
        message = (
            as_string(annotation.get("url"))
            or as_string(annotation.get("filename"))
            or as_string(annotation.get("type"))
        )
        return (Delta("citation", message, part=part),)
    if kind in _OTHERS:
        return (Delta("other", kind.removeprefix("response."), part=part),)
    return _convert_lifecycle_event(kind, chunk)


def _convert_lifecycle_event(kind: str, chunk: Chunk) -> tuple[Delta, ...]:
    whole = chunk if chunk.get("object") == "response" else as_object(chunk.get("response"))
    found: list[Delta] = []
    if kind == "response.created":
        found.append(Delta("role", "assistant"))
    elif not kind:
        for index, item in enumerate(objects_in(whole.get("output"))):
            found += item_deltas(item, index)
    if kind in ("error", "response.failed") or (not kind and chunk.get("error")):
        error = whole.get("error") or chunk.get("error") or {**chunk, "type": None}
        found.append(Delta("error", error_message(error)))
    elif (not kind or _LIFECYCLE.get(kind, 0) & FINISH) and whole:
        found.append(Delta("finish", finish_reason(whole)))
    counts = usage(chunk)
    return (*found, usage_delta(counts)) if counts is not None else tuple(found)


def finish_reason(response: dict[str, object]) -> str:
    """Return why a response ended: the reason if it is incomplete, otherwise its status."""
    return as_string(as_object(response.get("incomplete_details")).get("reason")) or as_string(response.get("status"))


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts that a lifecycle event or a non-streaming response reports."""
    return parse_usage(as_object(chunk.get("response")).get("usage") or chunk.get("usage"))


def model(chunk: Chunk) -> str | None:
    """Return the model name, which lifecycle events give, or None."""
    return nonempty_string(as_object(chunk.get("response")).get("model")) or nonempty_string(chunk.get("model"))


def ended(ending: Ending) -> bool:
    """The last response has had one of the terminal events. The `[DONE]` that OpenRouter adds is not significant."""
    for chunk in reversed(ending.chunks):
        kind = as_string(chunk.get("type"))
        if kind in TERMINAL or kind == "response.created":  # of which a WebSocket has several
            return kind in TERMINAL
    return False


def joins(chunk: Chunk, text: str) -> bool:
    """Return whether events like this one add nothing but to one string of an item, which is `text` here."""
    name, _, what = as_string(chunk.get("type")).rpartition(".")
    grows = what == "delta" and name in GROWING and "response" not in chunk
    return grows and chunk.get("delta") == text and not chunk.get("logprobs")
