"""Clients whose patience ends when a stream stands still, and not when a clock says so."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from tests.waiting import SAFETY_S, until


@contextmanager
def impatient(events: int, asked: Callable[[], int]) -> Iterator[None]:
    """Connections made meanwhile time out at once when they have given so many events and are read again.

    `asked` tells how many requests the server has received: none is given up before it is there. Raises AssertionError
    where more has come than these events, so that the stream does not stand still.
    """
    connect = socket.create_connection
    made: list[socket.socket] = []

    class Impatient(socket.socket):
        heard = b""

        def recv(self, size: int, flags: int = 0) -> bytes:
            if self.heard.count(b"\n\n") >= events:
                until(lambda: asked() >= len(made))
                assert not select.select([self], [], [], 0)[0], "the stream does not stand still"
                raise TimeoutError("timed out")
            self.settimeout(SAFETY_S)
            data = super().recv(size, flags)
            self.heard += data
            return data

    def connected(*where: Any, **how: Any) -> socket.socket:
        made.append(Impatient(fileno=connect(*where, **how).detach()))
        return made[-1]

    with patch("socket.create_connection", connected):
        yield
