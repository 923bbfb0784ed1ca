"""Arrival times from the kernel's clock (Linux): when a segment arrived, not when this process read it.

With `SO_TIMESTAMPNS`, the kernel delivers the arrival time of the newest segment of a read together with the data
(socket(7)). asyncio reads through `recv` (plain connections) and `recv_into` (TLS); a socket class that implements both with
`recvmsg` needs no support from asyncio, aiohttp or `ssl`. If one read covers several segments, they all get the newest
timestamp: equal times mean "read together", and no time is later than the user clock's. A read that ends within a segment
has no timestamp.

On other systems, and on event loops that read by themselves (uvloop), times are `time.monotonic_ns` right after the read.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
import weakref
from typing import Any, Literal

ReadClock = Literal["kernel", "monotonic"]

_SO_TIMESTAMPNS = 35  # asm-generic/socket.h; in Python's socket module since 3.14
_SOL_SOCKET = int(socket.SOL_SOCKET)
_TIMESPEC = struct.Struct("@ll")
_TIMESPEC_SIZE, _unpack = _TIMESPEC.size, _TIMESPEC.unpack
_ANCILLARY = socket.CMSG_SPACE(_TIMESPEC.size) if hasattr(socket, "CMSG_SPACE") else 0
_NANOSECONDS = 1_000_000_000

# Nanoseconds. A timestamp that is older than this when it is read, or in the future, may mean that the system clock was set.
_USUAL_LAG = 10_000_000
# A process that is behind with reading has such timestamps in every read; it compares the clocks once in this time.
_COMPARED_EVERY = 10_000_000
_LONGEST_LAG = 1.0  # seconds between the arrival of a request and the read; after a longer one, the machine was asleep
_READINGS = 9  # of both clocks; the one that took the least time is the most precise


class StampedSocket(socket.socket):
    """A TCP socket that keeps the kernel's timestamp of the last read: `stamp`, nanoseconds since 1970, or 0 without one."""

    stamp = 0

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Read like `socket.recv`, and keep the timestamp."""
        data, ancillary, _, _ = self.recvmsg(size, _ANCILLARY, flags)
        stamp = 0
        for level, kind, value in ancillary:
            if kind == _SO_TIMESTAMPNS and level == _SOL_SOCKET and len(value) == _TIMESPEC_SIZE:
                seconds, rest = _unpack(value)
                stamp = seconds * _NANOSECONDS + rest
        self.stamp = stamp
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Read like `socket.recv_into`, and keep the timestamp."""
        view = memoryview(buffer)[:nbytes] if nbytes else buffer
        size, ancillary, _, _ = self.recvmsg_into([view], _ANCILLARY, flags)
        self.stamp = 0
        for level, kind, value in ancillary:
            if kind == _SO_TIMESTAMPNS and level == _SOL_SOCKET and len(value) == _TIMESPEC_SIZE:
                seconds, rest = _unpack(value)
                self.stamp = seconds * _NANOSECONDS + rest
        return size


class StampedListener(socket.socket):
    """A listening TCP socket whose connections are StampedSockets."""

    def accept(self) -> tuple[StampedSocket, Any]:
        """Accept like `socket.accept`."""
        plain, address = super().accept()
        made = StampedSocket(self.family, self.type, self.proto, fileno=plain.detach())
        _enable(made)
        return made, address


_STAMPED: weakref.WeakValueDictionary[int, StampedSocket] = weakref.WeakValueDictionary()


def make_socket(info: tuple[Any, ...]) -> socket.socket:
    """Create a socket for an entry of `getaddrinfo` (aiohttp's `socket_factory`), with kernel timestamps if available."""
    family, kind, protocol = info[:3]
    if not _stamps_are_read():
        return socket.socket(family, kind, protocol)
    made = StampedSocket(family, kind, protocol)
    if not _enable(made):
        made.close()
        return socket.socket(family, kind, protocol)
    return made


def listener(bound: socket.socket) -> socket.socket:
    """Return a socket that replaces a bound one, which is closed, and whose connections have timestamps.

    Where there are none, or the running loop has its own clock, return the same socket.
    """
    if not _stamps_are_read() or not asyncio.get_running_loop().time.__module__.startswith("asyncio"):
        return bound
    made = StampedListener(bound.family, bound.type, bound.proto, fileno=bound.detach())
    _enable(made)
    return made


def _enable(sock: StampedSocket | StampedListener) -> bool:
    """Ask the kernel for timestamps; return whether it has them."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    except OSError:
        return False
    if isinstance(sock, StampedSocket):
        _STAMPED[sock.fileno()] = sock
    return True


def stamped_socket(transport: asyncio.BaseTransport | None) -> StampedSocket | None:
    """Return the StampedSocket of a transport, plain or TLS, or None if it has none."""
    sock = transport.get_extra_info("socket") if transport is not None else None
    if sock is None or sock.fileno() < 0:
        return None
    made = _STAMPED.get(sock.fileno())
    return made if made is not None and made.fileno() == sock.fileno() else None


def _stamps_are_read() -> bool:
    """Return whether the running loop reads through the socket's methods, as asyncio's selector loops do on Linux."""
    return (
        sys.platform == "linux" and _ANCILLARY > 0 and isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop)
    )


def arrival(sock: StampedSocket | None, now: float) -> float:
    """Return when the data of the last read arrived, in seconds like `now`, which is the time of `time.monotonic` after it.

    Without a timestamp, or with one that is older than a second, that is `now`.
    """
    if sock is None or not sock.stamp:
        return now
    at = (sock.stamp - _offset()) / _NANOSECONDS
    return at if now - _LONGEST_LAG < at < now else now


class ArrivalClock:
    """The clock of one exchange: nanoseconds since it `began` (`time.monotonic_ns`), never decreasing.

    `socket` is the socket from which the response is read, or None to use the user clock.
    """

    __slots__ = ("_last", "_offset", "began", "socket")

    def __init__(self, socket: StampedSocket | None = None) -> None:
        self.began = time.monotonic_ns()
        self.socket = socket
        self._last = 0
        self._offset: int | None = None

    @property
    def name(self) -> ReadClock:
        """The name of the clock in a recording."""
        return "monotonic" if self.socket is None else "kernel"

    def now(self) -> int:
        """Return the current time by the user clock."""
        return time.monotonic_ns() - self.began

    def sent(self) -> int:
        """Return the current time as the time at which a request was sent; no later arrival can be earlier."""
        self._last = max(self._last, self.now())
        return self._last

    def arrived(self) -> int:
        """Return the arrival time of the last read."""
        at = time.monotonic_ns()
        sock = self.socket
        if sock is not None and (stamp := sock.stamp):
            offset = self._offset
            if offset is None or not 0 <= at - stamp + offset < _USUAL_LAG:
                offset = self._offset = _recent_offset(at, stamp)
            if stamp - offset < at:
                at = stamp - offset
        at -= self.began
        if at > self._last:
            self._last = at
        return self._last


_compared: tuple[int, int] = (0, -_NANOSECONDS)  # the last result of `_offset`, and when it was measured


def _recent_offset(now: int, stamp: int) -> int:
    """Return `_offset`, measured at most `_COMPARED_EVERY` before `now` unless the clock was set in the meantime."""
    global _compared
    offset, at = _compared
    if not (0 <= now - at < _COMPARED_EVERY and 0 <= now - stamp + offset < _NANOSECONDS):
        offset = _offset()
        _compared = offset, now
    return offset


def _offset() -> int:
    """Return by how much the system clock is ahead of the monotonic clock (ns)."""
    readings = []
    for _ in range(_READINGS):
        before, wall, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        readings.append((after - before, wall - (before + after) // 2))
    return min(readings)[1]
