"""Read many sockets at once: first everything that has arrived, then pass it on.

asyncio passes on what it has read from one socket before it reads the next. With hundreds of streams, a socket may then
receive its next segment before the first is read, and the kernel gives both the time of the second. Here, an `epoll` holds all
sockets, and the event loop waits for that one.
"""

from __future__ import annotations

import asyncio
import select
from typing import Protocol

from streamkit.transport.kernel_clock import StampedSocket

_READ = 1 << 16  # bytes per read
_AT_ONCE = 64  # sockets per call, so that at most 4 MiB are held


class SocketReader(Protocol):
    """Takes what is read from a socket."""

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived."""
        ...

    def read_ended(self, error: OSError | None) -> None:
        """The peer has closed the connection, or reading it failed. The socket is not read any more."""
        ...


class Readers:
    """The sockets that are read in the running loop, which must be one of asyncio's selector loops on Linux."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._epoll = select.epoll()
        self._known: dict[int, tuple[StampedSocket, SocketReader]] = {}
        self._loop.add_reader(self._epoll.fileno(), self._read)

    def add(self, sock: StampedSocket, reader: SocketReader) -> None:
        """Read this socket from now on, if it is not read already. The loop must not read it, too."""
        file = sock.fileno()
        if file not in self._known and not self._epoll.closed:
            self._known[file] = (sock, reader)
            self._epoll.register(file, select.EPOLLIN)

    def remove(self, sock: StampedSocket) -> None:
        """Read this socket no more; do nothing if it is not read."""
        if self._known.pop(sock.fileno(), None) is not None:
            self._epoll.unregister(sock)

    def close(self) -> None:
        """Read nothing any more."""
        if not self._epoll.closed:
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()
            self._known.clear()

    def _read(self) -> None:
        arrived: list[tuple[StampedSocket, SocketReader, bytes]] = []
        known = self._known
        for file, _ in self._epoll.poll(0, _AT_ONCE):
            sock, reader = known[file]
            try:
                data = sock.recv(_READ)
            except (BlockingIOError, InterruptedError):
                continue
            except OSError as error:
                self.remove(sock)
                reader.read_ended(error)
                continue
            if data:
                arrived.append((sock, reader, data))
            else:
                self.remove(sock)
                reader.read_ended(None)
        for sock, reader, data in arrived:
            try:
                reader.data_received(data)
            except Exception as error:  # reported, so that the others are still passed on
                self._loop.call_exception_handler({"message": "data could not be passed on", "exception": error})
                self.remove(sock)
                reader.read_ended(ConnectionAbortedError())
