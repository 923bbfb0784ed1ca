"""Single events of the AI SDK UI message stream: what they carry and what they add."""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_string, nonempty_string, to_json
from streamkit.model.message import ERROR, FINISH, OTHER_CONTENT, REASONING, ROLE, TEXT, TOOL, Delta

EVENTS = frozenset(
    {
        *("start", "finish", "abort", "error", "start-step", "finish-step", "reset-step", "message-metadata"),
        *("text-start", "text-delta", "text-end", "reasoning-start", "reasoning-delta", "reasoning-end"),
        *("tool-input-start", "tool-input-delta", "tool-input-available", "tool-input-error"),
        *("tool-approval-request", "tool-approval-response"),
        *("tool-output-available", "tool-output-error", "tool-output-denied"),
        *("source-url", "source-document", "file", "reasoning-file", "custom", "steering-message"),
    }
)
"""The event types. An application adds its own, which begin with `data-`."""

_CALLS = ("tool-input-start", "tool-input-available", "tool-input-error")
_CONTENT = frozenset({"source-url", "source-document", "file", "reasoning-file", "custom", "steering-message"})


def is_data(kind: Any) -> bool:
    """Return whether an event type is one that an application adds."""
    return type(kind) is str and kind.startswith("data-")


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    kind = as_string(chunk.get("type"))
    if kind == "text-delta":
        return TEXT if nonempty_string(chunk.get("delta")) else 0
    if kind == "reasoning-delta":
        return REASONING if nonempty_string(chunk.get("delta")) else 0
    if kind == "tool-input-delta":
        return TOOL if nonempty_string(chunk.get("inputTextDelta")) else 0
    if kind in _CALLS:
        return TOOL if nonempty_string(chunk.get("toolName")) else 0
    if kind == "start":
        return ROLE
    if kind in ("finish", "abort"):
        return FINISH
    if kind == "error":
        return ERROR
    return OTHER_CONTENT if kind in _CONTENT or kind.startswith(("tool-output", "data-")) else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds. Complete inputs add only the name of the call: most repeat the deltas."""
    kind, carried = as_string(chunk.get("type")), flags(chunk)
    if not carried:
        return ()
    if carried in (TEXT, REASONING):
        return (Delta("text" if carried == TEXT else "reasoning", as_string(chunk.get("delta"))),)
    if carried == TOOL:
        id = nonempty_string(chunk.get("toolCallId"))
        return (
            Delta("tool", as_string(chunk.get("inputTextDelta")), id=id, name=nonempty_string(chunk.get("toolName"))),
        )
    if carried == ROLE:
        return (Delta("role", "assistant"),)
    if carried == FINISH:
        return (Delta("finish", "abort" if kind == "abort" else as_string(chunk.get("finishReason"))),)
    if carried == ERROR:
        error = chunk.get("errorText")
        return (Delta("error", error if type(error) is str else to_json(error)),)
    return (Delta("other", kind, id=nonempty_string(chunk.get("toolCallId"))),)
