"""Arrival times by the kernel's clock (Linux): when a segment came, and not when this process came round to reading it.

`SO_TIMESTAMPNS` lets the kernel hand the time at which it received the newest segment of a read over with the data
(socket(7)). asyncio reads through `recv` (plain connections) and `recv_into` (TLS); a socket class that answers both with
`recvmsg` needs nothing else of asyncio, aiohttp or `ssl`. Where several segments wait for one read, they all get the
newest stamp: equal times mean "read together", and no time is later than the user clock would have it. A read that ends
inside a segment has no stamp.

Elsewhere, and on event loops that read by themselves (uvloop), times are `time.monotonic_ns` right after the read.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
import weakref
from typing import Any, Literal

Clock = Literal["kernel", "monotonic"]

_SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python names it from 3.14 on
_TIMESPEC = struct.Struct("@ll")
_ANCILLARY = socket.CMSG_SPACE(_TIMESPEC.size) if hasattr(socket, "CMSG_SPACE") else 0
_NANOSECONDS = 1_000_000_000

# A stamp that is older than this when it is read, or newer than now, makes us look whether the system's clock was set.
_USUAL_LAG = 10_000_000
_READINGS = 9  # of which the narrowest tells the difference of the two clocks best


class StampedSocket(socket.socket):
    """A TCP socket that keeps the kernel's time of the last read: `stamp`, nanoseconds since 1970, 0 where there is none."""

    stamp = 0

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Read as `socket.recv` does, and keep the stamp."""
        data, ancillary, _, _ = self.recvmsg(size, _ANCILLARY, flags)
        self._keep(ancillary)
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Read as `socket.recv_into` does, and keep the stamp."""
        view = memoryview(buffer)[:nbytes] if nbytes else buffer
        size, ancillary, _, _ = self.recvmsg_into([view], _ANCILLARY, flags)
        self._keep(ancillary)
        return size

    def _keep(self, ancillary: list[tuple[int, int, bytes]]) -> None:
        self.stamp = 0
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) == _TIMESPEC.size:
                seconds, rest = _TIMESPEC.unpack(data)
                self.stamp = seconds * _NANOSECONDS + rest


_STAMPED: weakref.WeakValueDictionary[int, StampedSocket] = weakref.WeakValueDictionary()


def make_socket(info: tuple[Any, ...]) -> socket.socket:
    """A socket for an entry of `getaddrinfo` (a `socket_factory` of aiohttp), with kernel stamps where they can be had."""
    family, kind, protocol = info[:3]
    if not _stamps_are_read():
        return socket.socket(family, kind, protocol)
    made = StampedSocket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    except OSError:
        made.close()
        return socket.socket(family, kind, protocol)
    _STAMPED[made.fileno()] = made
    return made


def stamped_socket(transport: asyncio.BaseTransport | None) -> StampedSocket | None:
    """The stamped socket under a transport, plain or TLS; None where it has none."""
    plug = transport.get_extra_info("socket") if transport is not None else None
    if plug is None or plug.fileno() < 0:
        return None
    made = _STAMPED.get(plug.fileno())
    return made if made is not None and made.fileno() == plug.fileno() else None


def _stamps_are_read() -> bool:
    """Whether the running loop reads through the socket's own methods: asyncio's selector loops on Linux do."""
    return (
        sys.platform == "linux" and _ANCILLARY > 0 and isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop)
    )


class ArrivalClock:
    """The times of one exchange, in nanoseconds after it `began` (`time.monotonic_ns`); they never go back.

    `socket` is what the answer is read from, or None for the user clock.
    """

    __slots__ = ("_last", "_offset", "began", "socket")

    def __init__(self, socket: StampedSocket | None = None) -> None:
        self.began = time.monotonic_ns()
        self.socket = socket
        self._last = 0
        self._offset: int | None = None

    @property
    def name(self) -> Clock:
        """What a recording says of its times."""
        return "monotonic" if self.socket is None else "kernel"

    def now(self) -> int:
        """Now, by the user clock."""
        return time.monotonic_ns() - self.began

    def sent(self) -> int:
        """Now, as the time at which a request was sent: nothing that answers it came before."""
        self._last = max(self._last, self.now())
        return self._last

    def arrived(self) -> int:
        """When what the last read gave had come."""
        at = time.monotonic_ns()
        plug = self.socket
        if plug is not None and (stamp := plug.stamp):
            if self._offset is None or not 0 <= at - stamp + self._offset < _USUAL_LAG:
                self._offset = _offset()
            at = min(at, stamp - self._offset)
        self._last = max(self._last, at - self.began)
        return self._last


def _offset() -> int:
    """What the system's clock is ahead of the monotonic one (ns)."""
    readings = []
    for _ in range(_READINGS):
        before, wall, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        readings.append((after - before, wall - (before + after) // 2))
    return min(readings)[1]
