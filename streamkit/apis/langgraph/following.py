"""What an event adds to the messages before it. `messages/partial` repeats all that a message has so far, and with several modes
one piece comes in several events."""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import objects_in
from streamkit.apis.langgraph.chunks import ADDED, is_ai, mode_of, piece_of, text_of

_SO_FAR = ("messages/partial", "messages/complete")


class Follower:
    """Takes the events of a stream in their order, and returns each with the pieces of messages that are new in it."""

    def __init__(self) -> None:
        self._modes: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._calls: dict[str, list[dict[str, Any]]] = {}

    def __call__(self, chunk: Chunk) -> Chunk:
        """Return an event with its pieces under `ADDED`, if it is of a mode that may repeat what was sent."""
        mode = mode_of(chunk)
        if mode in _SO_FAR:
            pieces = [self._rest(message) for message in objects_in(chunk.get("data")) if self._is_new(message, mode)]
        elif mode in ("messages", "events") and (piece := piece_of(chunk)) is not None:
            pieces = [piece] if self._is_new(piece, mode) else []
        else:
            return chunk
        return {**chunk, ADDED: pieces}

    def _is_new(self, message: dict[str, Any], mode: str) -> bool:
        """Return whether no other mode streams this message."""
        id, family = message.get("id"), mode.partition("/")[0]
        return type(id) is not str or self._modes.setdefault(id, family) == family

    def _rest(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return a message as far as it is new. One that does not begin with what was sent replaces it, and is new as a whole."""
        id = message.get("id")
        if type(id) is not str or not is_ai(message):
            return message
        text, before = text_of(message), self._texts.get(id, "")
        calls, known = objects_in(message.get("tool_calls")), self._calls.get(id, [])
        self._texts[id], self._calls[id] = text, calls
        content = text.removeprefix(before)
        return {**message, "content": content, "tool_calls": [call for call in calls if call not in known]}
