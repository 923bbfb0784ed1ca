"""Play the steps of a WebSocket: the handshake, messages at their deadlines, and waits for those of the client."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from streamkit.model.exchange import header, message_type
from streamkit.model.step import Finish, Hang, Head, Receive, Reset, Step, Write
from streamkit.transport._heads import HOP_BY_HOP
from streamkit.transport.connection import Connection, Incoming
from streamkit.wire.websocket import BINARY, CLOSE, PING, PONG, TEXT, MessageDecoder, ProtocolError, accept, encode

_NORMAL, _PROTOCOL_ERROR = 1000, 1002  # RFC 6455, section 7.4.1
_NANOSECOND = 1e-9
_FORBIDDEN = frozenset("\r\n\0")
# Headers of the handshake that depend on the request, or describe what is not repeated.
_OWN = HOP_BY_HOP | {"content-length", "content-encoding", "sec-websocket-accept", "sec-websocket-extensions"}


class WebSocketPlayback:
    """Play the steps of one WebSocket; pings are answered, and a close of the client ends it.

    Deadlines are relative to the arrival of the handshake. A wait for a message of the client moves all later ones.
    """

    def __init__(self, connection: Connection, request: Incoming, head: Head, steps: Sequence[Step]) -> None:
        self._connection = connection
        self._request = request
        self._head = head
        self._steps = steps
        self._next = 0
        self._loop = asyncio.get_running_loop()
        self._epoch = request.arrived
        self._decoder = MessageDecoder()
        self._received: list[str] = []  # the types of the messages since the last wait
        self._timer: asyncio.TimerHandle | None = None
        self._opened = self._ended = self._blocked = False

    def start(self) -> None:
        """Send everything that is due, and schedule the rest."""
        if not self._opened:
            self._timer = self._loop.call_at(self._epoch + self._head.at * _NANOSECOND, self._open)

    def _open(self) -> None:
        key = header(self._request.head.headers, "sec-websocket-key") or ""
        offered = header(self._request.head.headers, "sec-websocket-protocol") or ""
        names = [name.strip() for name in offered.split(",")]
        lines = [f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept(key)}\r\n"]
        for name, value in self._head.headers:
            chosen = name.lower() != "sec-websocket-protocol" or value in names
            if name.lower() not in _OWN and chosen and not _FORBIDDEN & {*name, *value}:
                lines.append(f"{name}: {value}\r\n")
        head = f"HTTP/1.1 101 Switching Protocols\r\n{''.join(lines)}\r\n"
        self._opened = True
        self._connection.write(head.encode("utf-8", "surrogateescape"))
        self._connection.upgrade()
        self._continue()

    def _continue(self) -> None:
        """Take every step that is due."""
        self._timer = None
        while self._next < len(self._steps) and not self._ended and not self._blocked:
            step = self._steps[self._next]
            if isinstance(step, Receive):
                if not self._has_received(step.type):
                    return  # until the client sends it
                self._epoch = max(self._epoch, self._loop.time() - step.at * _NANOSECOND)
            elif (deadline := self._epoch + step.at * _NANOSECOND) > self._loop.time():
                self._timer = self._loop.call_at(deadline, self._continue)
                return
            self._next += 1
            self._take(step)

    def _has_received(self, wanted: str) -> bool:
        """Return whether such a message has come since the last wait. What came before it is then of no interest."""
        for place, kind in enumerate(self._received):
            if not wanted or kind == wanted:
                del self._received[: place + 1]
                return True
        return False

    def _take(self, step: Step) -> None:
        connection = self._connection
        if isinstance(step, Write):
            connection.write(encode(_opcode(step.data), step.data))
        elif isinstance(step, Finish):
            self._close(_NORMAL)
        elif isinstance(step, Reset):
            self._ended = True
            connection.reset_when_flushed()
        elif not isinstance(step, Receive | Hang | Head):
            self._ended = True
            connection.done(reuse=False)

    def _close(self, code: int) -> None:
        """Send a close frame; the client answers it and the connection ends."""
        self._ended = True
        self._connection.write(encode(CLOSE, code.to_bytes(2, "big")))

    # --- client callbacks

    def client_data(self, data: bytes) -> None:
        """Take messages of the client."""
        try:
            messages = self._decoder.feed(data)
        except ProtocolError:
            self._close(_PROTOCOL_ERROR)
            self._connection.done(reuse=False)
            return
        for message in messages:
            if message.opcode == CLOSE:
                if not self._ended:
                    self._ended = True
                    self._connection.write(encode(CLOSE, message.data))
                self._connection.done(reuse=False)
                return
            if message.opcode == PING:
                self._connection.write(encode(PONG, message.data))
            elif message.opcode in (TEXT, BINARY):
                self._received.append(message_type(message.data))
        if self._opened and self._timer is None:
            self._continue()

    def client_disconnected(self) -> None:
        """Stop, because the client has disconnected."""
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()

    def client_blocked(self, blocked: bool) -> None:
        """Pause while the client reads more slowly than we write."""
        self._blocked = blocked
        if not blocked and self._opened and self._timer is None:
            self._continue()


def _opcode(data: bytes) -> int:
    try:
        data.decode()
    except UnicodeDecodeError:
        return BINARY
    return TEXT
