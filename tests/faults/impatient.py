"""Clients that time out when a stream stalls, not after a time on the clock."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from tests.waiting import SAFETY_S, until


@contextmanager
def impatient(events: int, requests: Callable[[], int]) -> Iterator[None]:
    """Connections made meanwhile time out at once when they have received `events` events and are read again.

    `requests` returns the number of requests that the server has received; no request is given up before it has arrived.
    Raises AssertionError if more than these events arrive, because the stream then does not stall.
    """
    connect = socket.create_connection
    made: list[socket.socket] = []

    class Impatient(socket.socket):
        received = b""

        def recv(self, size: int, flags: int = 0) -> bytes:
            if self.received.count(b"\n\n") >= events:
                until(lambda: requests() >= len(made))
                assert not select.select([self], [], [], 0)[0], "the stream does not stand still"
                raise TimeoutError("timed out")
            self.settimeout(SAFETY_S)
            data = super().recv(size, flags)
            self.received += data
            return data

    def connected(*where: Any, **how: Any) -> socket.socket:
        made.append(Impatient(fileno=connect(*where, **how).detach()))
        return made[-1]

    with patch("socket.create_connection", connected):
        yield
