"""Single events of A2A: what they carry and what they add."""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_object, as_string, error_message, nonempty_string, objects_in
from streamkit.model.message import ERROR, FINISH, OTHER_CONTENT, ROLE, TEXT, Delta

EVENTS = {
    "task": "task",
    "message": "message",
    "statusUpdate": "status-update",
    "artifactUpdate": "artifact-update",
}
"""The fields of a result in version 1.0, and the kinds of version 0.3."""

_WAITING = frozenset({"input-required", "auth-required"})
_OVER = frozenset({"completed", "failed", "canceled", "rejected"})
STATES = frozenset({"submitted", "working", "unknown"}) | _WAITING | _OVER
"""The states of a task in version 0.3. Those of version 1.0 are `TASK_STATE_WORKING`, ..."""


def event_of(chunk: Chunk) -> tuple[str, dict[str, Any]]:
    """Return the kind of an event, in the words of version 0.3, and the event; "" if it is none."""
    result = as_object(chunk.get("result"))
    kind = result.get("kind")
    if type(kind) is str:
        return (kind, result) if kind in EVENTS.values() else ("", {})
    for name, known in EVENTS.items():
        if type(result.get(name)) is dict:
            return known, result[name]
    return "", {}


def is_old(chunk: Chunk) -> bool:
    """Return whether a result is in the words of version 0.3."""
    return "kind" in as_object(chunk.get("result"))


def state_of(event: dict[str, Any]) -> str:
    """Return the state in a status, in the words of version 0.3."""
    state = as_string(as_object(event.get("status")).get("state"))
    return state.removeprefix("TASK_STATE_").lower().replace("_", "-") if state.startswith("TASK_STATE_") else state


def is_last(chunk: Chunk) -> bool:
    """Return whether a stream ends with this event."""
    kind, event = event_of(chunk)
    return kind == "message" or event.get("final") is True or (bool(kind) and state_of(event) in _WAITING | _OVER)


def is_snapshot(chunk: Chunk) -> bool:
    """Return whether this is a task that waits. A message that continues a task may be answered with the task as it was before,
    and then with what becomes of it; only if nothing follows, the task waits again."""
    kind, event = event_of(chunk)
    return kind == "task" and state_of(event) in _WAITING


def is_over(state: str) -> bool:
    """Return whether a task in this state never leaves it."""
    return state in _OVER


def text_of(holder: Any) -> str:
    """Return the text in the parts of a message or an artifact."""
    return "".join(as_string(part.get("text")) for part in objects_in(as_object(holder).get("parts")))


def _text(kind: str, event: dict[str, Any]) -> str:
    """Return the text that an event adds to the answer. The message of a status is a part of it once the task waits or is over;
    before that, it reports progress."""
    if kind == "message":
        return text_of(event)
    if kind == "artifact-update":
        return text_of(event.get("artifact"))
    status = text_of(as_object(event.get("status")).get("message")) if state_of(event) in _WAITING | _OVER else ""
    return "".join(map(text_of, objects_in(event.get("artifacts")))) + status if kind == "task" else status


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    if "error" in chunk and "result" not in chunk:
        return ERROR
    kind, event = event_of(chunk)
    if not kind:
        return 0
    if is_snapshot(chunk):
        return ROLE
    text = TEXT if _text(kind, event) else 0
    finish = FINISH if is_last(chunk) else 0
    other = OTHER_CONTENT if kind != "task" and not text and not finish else 0
    return text | finish | other | (ROLE if kind == "task" else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds."""
    carried = flags(chunk)
    if carried & ERROR:
        return (Delta("error", error_message(chunk.get("error"))),)
    kind, event = event_of(chunk)
    made = [Delta("role", "agent")] if carried & ROLE else []
    if carried & TEXT:
        made.append(Delta("text", _text(kind, event)))
    if carried & OTHER_CONTENT:
        state = nonempty_string(as_object(event.get("status")).get("state"))
        made.append(Delta("other", f"{kind} {state}" if state else kind))
    if carried & FINISH:
        made.append(Delta("finish", finish_of(kind, event)))
    return tuple(made)


def finish_of(kind: str, event: dict[str, Any]) -> str:
    """Return how the stream ends: the state of the task, in the provider's words."""
    return kind if kind == "message" else as_string(as_object(event.get("status")).get("state"))
