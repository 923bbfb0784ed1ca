"""Reads a WebSocket that is being relayed: reports the messages of both sides, and how the connection ended.

Only copies are read. Bytes that are not a WebSocket end the reading with a note, and are still relayed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from streamkit.wire.websocket import BINARY, CLOSE, TEXT, MessageDecoder, ProtocolError, close_code

_NORMAL = (None, 1000, 1001)  # no status, "normal closure" and "going away" (RFC 6455, section 7.4.1)


class TapListener(Protocol):
    """Receives the messages of both sides, in the order of their arrival."""

    def frame(self, data: bytes, at: int) -> None:
        """A message of the server has arrived."""
        ...

    def sent(self, data: bytes, at: int) -> None:
        """A message of the client has been sent."""
        ...

    def note(self, fields: Mapping[str, Any]) -> None:
        """Add a note for readers of the recording."""
        ...


class WebSocketTap:
    """Reads both directions of one connection. Feed each side's bytes before they are relayed."""

    def __init__(self, listener: TapListener) -> None:
        self._listener = listener
        self._decoders: dict[str, MessageDecoder | None] = {"server": MessageDecoder(), "client": MessageDecoder()}
        self._closed: tuple[str, str | None] | None = None

    def from_server(self, data: bytes, at: int) -> None:
        """Report the messages that these bytes of the server complete; `at` is in nanoseconds like all times."""
        self._read("server", data, at, self._listener.frame)

    def from_client(self, data: bytes, at: int) -> None:
        """Report the messages that these bytes of the client complete."""
        self._read("client", data, at, self._listener.sent)

    def end(self, reason: str, error: str | None) -> tuple[str, str | None]:
        """Return how the connection ended, by its first close frame; otherwise these."""
        return self._closed or (reason, error)

    def _read(self, side: str, data: bytes, at: int, report: Callable[[bytes, int], None]) -> None:
        decoder = self._decoders[side]
        if decoder is None:
            return
        try:
            messages = decoder.feed(data)
        except ProtocolError as error:
            self._decoders[side] = None
            self._listener.note({"said": f"the rest of the messages of the {side} is not recorded: {error}"})
            return
        for message in messages:
            if message.opcode == CLOSE and self._closed is None:
                self._closed = end_reason(side, *close_code(message.data))
            elif message.opcode in (TEXT, BINARY) and message.data:
                report(message.data, at)


def end_reason(side: str, code: int | None, reason: str) -> tuple[str, str | None]:
    """Return the end reason and the error of an exchange that one side closed with this status."""
    if code in _NORMAL:
        return "eof", None
    return "reset", f"the {side} closed the WebSocket with status {code}" + (f": {reason}" if reason else "")
