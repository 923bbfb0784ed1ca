"""Kernel arrival times: correct even if the reader is late, never later than the user clock, never decreasing."""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
import sys
import threading
import time
from typing import Any

import pytest
import trustme

from streamkit.model.step import Finish, Head
from streamkit.transport import kernel_clock
from streamkit.transport.client import Client, Outgoing, Settings
from streamkit.transport.connection import Connection, Incoming
from streamkit.transport.kernel_clock import ArrivalClock, StampedSocket, arrival, listener, make_socket
from streamkit.transport.server import Server
from tests.transport.scripted import served
from tests.transport.test_client import RecordingListener
from tests.transport.tunnels import tunnel
from tests.waiting import SAFETY_S, StillLoop

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux stamps what it receives")
_GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
_LATE_S = 0.3  # minimum delay of the reader
_SLACK_NS = 150_000_000  # tolerance for a busy machine


class Late(RecordingListener):
    """A listener that blocks the event loop at the first frame until some time after the second has been sent."""

    def __init__(self, sent: threading.Event) -> None:
        super().__init__()
        self._sent = sent
        self.woke = 0  # the time just before it returns to reading the second frame

    def frame(self, data: bytes, at: int) -> None:
        super().frame(data, at)
        if len(self.frames) == 1:
            before = time.monotonic_ns()
            assert self._sent.wait(10)
            time.sleep(_LATE_S)
            self.woke = at + time.monotonic_ns() - before


class Stream:
    """Two frames; `sent` is set when the second has been sent."""

    def __init__(self) -> None:
        self.sent = threading.Event()

    async def __call__(self, connection: Any) -> None:
        await connection.head_of_stream("Transfer-Encoding: chunked")
        await connection.chunk(b"data: 1\n\n")
        await asyncio.sleep(0.02)
        await connection.chunk(b"data: 2\n\n")
        self.sent.set()
        await connection.last_chunk()


def late_events(tls: bool, proxy: str | None = None) -> Late:
    """Return a listener that read its second frame late."""
    stream = Stream()
    events = Late(stream.sent)
    context = None
    if tls:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
    with served(stream, context) as (url, _):

        async def run() -> None:
            async with Client(Settings(insecure=tls, proxy=proxy)) as client:
                await client.send(Outgoing("GET", url), events)

        asyncio.run(run())
    return events


@linux
@pytest.mark.parametrize("way", ["plain", "TLS", "TLS through CONNECT"])
def test_a_frame_has_its_arrival_time_even_if_the_reader_is_late(way: str) -> None:
    if way.endswith("CONNECT"):
        with tunnel() as proxy:
            events = late_events(True, proxy=proxy)
    else:
        events = late_events(way == "TLS")
    assert events.clock == "kernel" and events.reason == "eof"
    [(_, first), (second, at)] = events.frames
    assert second == b"data: 2\n\n"
    assert first <= at <= events.woke - _SLACK_NS, "the time of the read, not that of the arrival"


def test_without_kernel_timestamps_the_user_clock_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_clock, "_stamps_are_read", lambda: False)
    events = late_events(False)
    assert events.clock == "monotonic"
    assert [data for data, _ in events.frames] == [b"data: 1\n\n", b"data: 2\n\n"]
    assert events.frames[1][1] > events.frames[0][1]


@linux
def test_without_kernel_support_a_plain_socket_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_clock, "_SO_TIMESTAMPNS", 0x7FFF)  # an option that does not exist

    async def made() -> type[socket.socket]:
        with make_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ())) as plug:
            return type(plug)

    assert asyncio.run(made()) is socket.socket


@linux
def test_accepted_connections_have_timestamps_too() -> None:
    async def accepted() -> tuple[float, float]:
        listening = listener(socket.create_server(("127.0.0.1", 0)))
        with listening, socket.create_connection(listening.getsockname()) as client:
            sock, _ = listening.accept()
            with sock:
                assert isinstance(sock, StampedSocket)
                # The system begins to stamp a moment after the first socket has asked for it.
                for _ in range(1000):
                    client.sendall(b"GET")
                    assert sock.recv(10) == b"GET"
                    if sock.stamp:
                        break
                now = asyncio.get_running_loop().time()
                return arrival(sock, now), now

    at, now = asyncio.run(accepted())
    assert now - 1 < at < now


@linux
def test_a_stream_is_timed_from_the_arrival_of_its_request_and_not_from_its_reading() -> None:
    arrived: list[float] = []
    read: list[float] = []

    class Watched(Server):
        def serve(self, connection: Connection, request: Incoming) -> None:
            arrived.append(request.arrived)
            read.append(asyncio.get_running_loop().time())
            super().serve(connection, request)

    async def busy() -> float:
        server = Watched(lambda _: [Head(0, 200, ()), Finish(0)])
        async with server.listening():
            loop = asyncio.get_running_loop()
            with socket.create_connection(("127.0.0.1", server.port), SAFETY_S) as client:
                for _ in range(20):  # the system begins to stamp a moment after the first socket has asked for it
                    client.sendall(_GET)
                    await loop.run_in_executor(None, client.recv, 1000)
                client.sendall(_GET)
                sent = loop.time()
                select.select([], [], [], 0.05)  # the loop does something else
                await loop.run_in_executor(None, client.recv, 1)
                return sent

    sent = asyncio.run(busy())
    assert arrived[-1] <= sent < sent + 0.04 < read[-1]


def test_listening_sockets_remain_as_they_are_on_a_loop_with_another_clock() -> None:
    async def same() -> bool:
        with socket.create_server(("127.0.0.1", 0)) as bound:
            return listener(bound) is bound

    loop = StillLoop()
    assert loop.run_until_complete(same())
    loop.close()


ARRIVALS = {
    "40 ms before it was read": (1_700_000_009_960_000_000, 9.96),
    "a second before it was read: the machine was asleep, or its clock was set": (1_700_000_009_000_000_000, 10.0),
    "after it was read: the clock was set": (1_700_000_010_000_000_001, 10.0),
    "without a timestamp": (0, 10.0),
}


@pytest.mark.parametrize("case", ARRIVALS)
def test_when_a_request_arrived(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp, at = ARRIVALS[case]
    monkeypatch.setattr(kernel_clock, "_offset", lambda: 1_700_000_000_000_000_000)
    assert arrival(Stamp(stamp), 10.0) == pytest.approx(at)  # type: ignore[arg-type]
    assert arrival(None, 10.0) == 10.0


class Stamp:
    """The part of a socket that the clock uses."""

    def __init__(self, stamp: int) -> None:
        self.stamp = stamp


def arrivals_of(monkeypatch: pytest.MonkeyPatch, readings: list[tuple[int, int, int]]) -> list[int]:
    """Return the arrival times of reads with these readings of monotonic clock, system clock and timestamp.

    The first reading is the start of the exchange.
    """
    now = list(readings[0])
    monkeypatch.setattr(kernel_clock.time, "monotonic_ns", lambda: now[0])
    monkeypatch.setattr(kernel_clock.time, "time_ns", lambda: now[1])
    plug = Stamp(0)
    clock = ArrivalClock(plug)  # type: ignore[arg-type]
    found = []
    for reading in readings[1:]:
        now[:] = reading
        plug.stamp = reading[2]
        found.append(clock.arrived())
    monkeypatch.undo()
    return found


WALL = 1_800_000_000 * 10**9
MS = 10**6
# monotonic clock, system clock and timestamp at the start and at each read: times in the exchange
CLOCKS: dict[str, tuple[list[tuple[int, int, int]], list[int]]] = {
    "stamps are moved to the monotonic clock": (
        [(100, WALL, 0), (100 + 5 * MS, WALL + 5 * MS, WALL + 4 * MS), (100 + 9 * MS, WALL + 9 * MS, WALL + 8 * MS)],
        [4 * MS, 8 * MS],
    ),
    "without a timestamp, the time of the read": ([(100, WALL, 0), (100 + 5 * MS, WALL + 5 * MS, 0)], [5 * MS]),
    "never before the previous one": (
        [(100, WALL, 0), (100 + 5 * MS, WALL + 5 * MS, 0), (100 + 6 * MS, WALL + 6 * MS, WALL + 4 * MS)],
        [5 * MS, 5 * MS],
    ),
    "the clock is set forward by an hour": (
        [
            (0, WALL, 0),
            (2 * MS, WALL + 2 * MS, WALL + 1 * MS),
            (4 * MS, WALL + 3_600_000 * MS + 4 * MS, WALL + 3_600_000 * MS + 3 * MS),
        ],
        [1 * MS, 3 * MS],
    ),
    "the clock is set back by an hour": (
        [
            (0, WALL, 0),
            (2 * MS, WALL + 2 * MS, WALL + 1 * MS),
            (4 * MS, WALL - 3_600_000 * MS + 4 * MS, WALL - 3_600_000 * MS + 3 * MS),
        ],
        [1 * MS, 3 * MS],
    ),
    "a reader with a delay of a second": (
        [(0, WALL, 0), (1002 * MS, WALL + 1002 * MS, WALL + 2 * MS)],
        [2 * MS],
    ),
}


@pytest.mark.parametrize(("readings", "expected"), CLOCKS.values(), ids=CLOCKS)
def test_arrival_times(
    monkeypatch: pytest.MonkeyPatch, readings: list[tuple[int, int, int]], expected: list[int]
) -> None:
    assert arrivals_of(monkeypatch, readings) == expected


def test_a_process_that_is_behind_does_not_compare_the_clocks_at_every_read(monkeypatch: pytest.MonkeyPatch) -> None:
    comparisons: list[int] = []

    def offset() -> int:
        comparisons.append(1)
        return WALL

    monkeypatch.setattr(kernel_clock, "_compared", (0, -(10**9)))
    monkeypatch.setattr(kernel_clock, "_offset", offset)
    late = [(100 * MS + read * MS, WALL + 100 * MS + read * MS, WALL + 50 * MS + read * MS) for read in range(20)]
    assert arrivals_of(monkeypatch, [(0, WALL, 0), *late]) == [50 * MS + read * MS for read in range(20)]
    assert len(comparisons) == 2, "once in 10 ms"


@linux
def test_a_stamped_socket_reads_like_a_plain_one() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        StampedSocket(socket.AF_INET, socket.SOCK_STREAM) as client,
    ):
        client.setsockopt(socket.SOL_SOCKET, kernel_clock._SO_TIMESTAMPNS, 1)
        client.connect(listening.getsockname())
        server, _ = listening.accept()
        with server:
            for _ in range(
                1000
            ):  # the kernel may take a moment before its first socket with this option gets timestamps
                server.sendall(b"0")
                if client.recv(1) and client.stamp:
                    break
            server.sendall(b"abcdef")
            assert client.recv(2) == b"ab"
            buffer = bytearray(b"......")
            assert client.recv_into(buffer, 3) == 3 and buffer == b"cde..."
            assert client.recv_into(memoryview(buffer)) == 1 and buffer == b"fde..."
            assert client.stamp > 0
        assert client.recv(10) == b"" and client.stamp == 0
