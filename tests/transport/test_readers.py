"""Sockets that are read together: first everything that has arrived, then each is passed on."""

from __future__ import annotations

import asyncio
import select
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from streamkit.transport.kernel_clock import StampedSocket

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="epoll and kernel timestamps are Linux's")
if sys.platform == "linux":
    from streamkit.transport._readers import Readers


@contextmanager
def pair() -> Iterator[tuple[StampedSocket, socket.socket]]:
    """A socket to read, and its peer."""
    with socket.create_server(("127.0.0.1", 0)) as listening, StampedSocket() as near:
        near.connect(listening.getsockname())
        near.setblocking(False)
        far, _ = listening.accept()
        with far:
            yield near, far


class Noting:
    """A reader that notes what it receives, and what its neighbour's socket still holds at that time."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.received: list[bytes | OSError | None] = []
        self._then = then

    def data_received(self, data: bytes) -> None:
        self.received.append(data)
        self._then()

    def read_ended(self, error: OSError | None) -> None:
        self.received.append(error)


def readable(sock: socket.socket) -> bool:
    return bool(select.select([sock], [], [], 0)[0])


async def until_received(*readers: Noting) -> None:
    while not all(reader.received for reader in readers):
        await asyncio.sleep(0)


def test_everything_is_read_before_anything_is_passed_on() -> None:
    async def run() -> list[bool]:
        unread: list[bool] = []
        readers = Readers()
        with pair() as (one, to_one), pair() as (two, to_two):
            for sock, peer in ((one, to_one), (two, to_two)):
                peer.sendall(b"data")
                assert select.select([sock], [], [], 10)[0]
            noted = [Noting(lambda: unread.extend(map(readable, (one, two)))) for _ in range(2)]
            readers.add(one, noted[0])
            readers.add(two, noted[1])
            await until_received(*noted)
            readers.close()
        assert [reader.received for reader in noted] == [[b"data"], [b"data"]]
        return unread

    assert asyncio.run(run()) == [False] * 4


def test_the_end_and_an_error_are_reported_once_and_the_socket_is_not_read_again() -> None:
    async def run() -> None:
        readers = Readers()
        with pair() as (one, to_one), pair() as (two, to_two):
            noted = [Noting(), Noting()]
            readers.add(one, noted[0])
            readers.add(two, noted[1])
            to_one.close()
            to_two.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            to_two.close()
            await until_received(*noted)
            for _ in range(3):
                await asyncio.sleep(0)
            readers.close()
        assert noted[0].received == [None]
        assert [type(error) for error in noted[1].received] == [ConnectionResetError]

    asyncio.run(run())


def test_a_reader_that_fails_does_not_keep_others_from_their_data() -> None:
    async def run() -> None:
        reported: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
        readers = Readers()

        def fail() -> None:
            raise ZeroDivisionError

        with pair() as (one, to_one), pair() as (two, to_two):
            noted = [Noting(fail), Noting()]
            readers.add(one, noted[0])
            readers.add(two, noted[1])
            to_one.sendall(b"1")
            to_two.sendall(b"2")
            await until_received(*noted)
            to_one.sendall(b"more")
            for _ in range(3):
                await asyncio.sleep(0)
            readers.close()
        assert [type(context["exception"]) for context in reported] == [ZeroDivisionError]
        assert noted[0].received[0] == b"1" and isinstance(noted[0].received[1], ConnectionAbortedError)
        assert len(noted[0].received) == 2 and noted[1].received == [b"2"]

    asyncio.run(run())


def test_a_removed_socket_is_read_again_when_it_is_added_again() -> None:
    async def run() -> None:
        readers = Readers()
        with pair() as (one, to_one):
            noted = Noting()
            readers.add(one, noted)
            readers.add(one, noted)
            readers.remove(one)
            readers.remove(one)
            to_one.sendall(b"data")
            for _ in range(3):
                await asyncio.sleep(0)
            assert noted.received == [] and readable(one)
            readers.add(one, noted)
            await until_received(noted)
            readers.close()
            readers.close()
            readers.add(one, noted)
        assert noted.received == [b"data"]

    asyncio.run(run())
