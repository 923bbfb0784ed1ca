"""Writes shorthand and old events in full: `TEXT_MESSAGE_CHUNK` as a start, content and an end; `THINKING_*` as `REASONING_*`.

Source: docs.ag-ui.com, "Events"; npm `@ag-ui/client` 1.0, `chunks/transform.ts`. A chunk opens its message or call with the
first ID, and continues it until another event of the same agent or another ID.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_string, nonempty_string
from streamkit.apis.ag_ui.chunks import OLD_EVENTS

_CHUNKS = {
    "TEXT_MESSAGE_CHUNK": ("TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "messageId"),
    "REASONING_MESSAGE_CHUNK": (
        "REASONING_MESSAGE_START",
        "REASONING_MESSAGE_CONTENT",
        "REASONING_MESSAGE_END",
        "messageId",
    ),
    "TOOL_CALL_CHUNK": ("TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "toolCallId"),
}
# Events that do not end what chunks have opened, and those that end it for every agent.
_BESIDE = frozenset({"RAW", "ACTIVITY_SNAPSHOT", "ACTIVITY_DELTA", "REASONING_ENCRYPTED_VALUE", "SUBAGENT_STARTED"})
_FOR_ALL = frozenset({"RUN_STARTED", "RUN_FINISHED", "RUN_ERROR", "MESSAGES_SNAPSHOT"})


class Shorthand:
    """Turns the events of a run into events in full, one by one."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, str]] = {}
        self._ends: dict[str, Chunk] = {}
        self._openers: dict[str, Chunk] = {}

    def opener(self, chunk: Chunk) -> Chunk | None:
        """Return the chunk that opened the message or call which this chunk would continue; None if it opens one, or is none of the
        shorthand."""
        kind = as_string(chunk.get("type"))
        owner = as_string(chunk.get("subagentRunId"))
        if kind not in _CHUNKS or owner not in self._open:
            return None
        id = nonempty_string(chunk.get(_CHUNKS[kind][3]))
        opened, known = self._open[owner]
        return self._openers[owner] if opened == kind and id in (None, known) else None

    def full(self, chunk: Chunk) -> list[Chunk]:
        """Return the events that an event stands for."""
        kind = as_string(chunk.get("type"))
        if kind in _CHUNKS:
            return self._opened(chunk, kind)
        if kind in OLD_EVENTS:
            chunk = {"messageId": "", **chunk, "type": OLD_EVENTS[kind]}
        if kind in _BESIDE:
            return [chunk]
        owners = list(self._open) if kind in _FOR_ALL else [as_string(chunk.get("subagentRunId"))]
        return [*(end for owner in owners for end in self._closed(owner)), chunk]

    def _opened(self, chunk: Chunk, kind: str) -> list[Chunk]:
        start, content, end, key = _CHUNKS[kind]
        owner, id = as_string(chunk.get("subagentRunId")), nonempty_string(chunk.get(key))
        made: list[Chunk] = []
        if self._open.get(owner, ("", ""))[0] != kind or id not in (None, self._open[owner][1]):
            made += self._closed(owner)
            if id is None:
                return [*made, {**chunk, "type": content}]
            self._open[owner], self._openers[owner] = (kind, id), chunk
            common: Chunk = {key: id, **({"subagentRunId": owner} if owner else {})}
            self._ends[owner] = {"type": end, **common}
            made.append({**{name: value for name, value in chunk.items() if name != "delta"}, "type": start})
        if "delta" in chunk:
            given: dict[str, Any] = {key: self._open[owner][1], "delta": chunk["delta"]}
            made.append({"type": content, **given, **({"subagentRunId": owner} if owner else {})})
        return made

    def _closed(self, owner: str) -> list[Chunk]:
        if owner not in self._open:
            return []
        del self._open[owner]
        return [self._ends.pop(owner)]
