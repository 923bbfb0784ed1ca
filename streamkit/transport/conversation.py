"""What the client of a WebSocket sends."""

from __future__ import annotations

from collections.abc import Callable

from streamkit.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the client of a WebSocket sends, and when it is done.

    `over` returns a new function for each connection, which is called with each message of the server and returns whether
    it was the last one.
    """

    messages: tuple[bytes, ...] = ()
    over: Callable[[], Callable[[bytes], bool]] = lambda: lambda _: False


def is_websocket(url: str) -> bool:
    """Return whether this is a ws or wss URL."""
    return url.lower().startswith(("ws://", "wss://"))
