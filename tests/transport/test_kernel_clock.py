"""Arrival times by the kernel's clock: right though the reader comes late, never later than the user clock, never back."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import threading
import time
from typing import Any

import pytest
import trustme

from streamkit.transport import kernel_clock
from streamkit.transport.client import Client, Outgoing, Settings
from streamkit.transport.kernel_clock import ArrivalClock, StampedSocket, make_socket
from tests.transport.scripted import served
from tests.transport.test_client import Heard
from tests.transport.tunnels import tunnel

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux stamps what it receives")
_LATE_S = 0.3  # how late the reader comes, at least
_SLACK_NS = 150_000_000  # for a machine that is busy


class Late(Heard):
    """A listener that keeps the event loop busy at the first frame, until the second has been sent and for a while more."""

    def __init__(self, sent: threading.Event) -> None:
        super().__init__()
        self._sent = sent
        self.woke = 0  # when it came to look for the second frame, or a little before that

    def frame(self, data: bytes, at: int) -> None:
        super().frame(data, at)
        if len(self.frames) == 1:
            before = time.monotonic_ns()
            assert self._sent.wait(10)
            time.sleep(_LATE_S)
            self.woke = at + time.monotonic_ns() - before


class Stream:
    """Two frames; `sent` is set when the second is on its way."""

    def __init__(self) -> None:
        self.sent = threading.Event()

    async def __call__(self, connection: Any) -> None:
        await connection.head_of_stream("Transfer-Encoding: chunked")
        await connection.chunk(b"data: 1\n\n")
        await asyncio.sleep(0.02)
        await connection.chunk(b"data: 2\n\n")
        self.sent.set()
        await connection.last_chunk()


def heard_late(tls: bool, proxy: str | None = None) -> Late:
    """What a listener hears that is late for its second frame."""
    stream = Stream()
    heard = Late(stream.sent)
    context = None
    if tls:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
    with served(stream, context) as (url, _):

        async def run() -> None:
            async with Client(Settings(insecure=tls, proxy=proxy)) as client:
                await client.send(Outgoing("GET", url), heard)

        asyncio.run(run())
    return heard


@linux
@pytest.mark.parametrize("way", ["plain", "TLS", "TLS through CONNECT"])
def test_a_frame_has_the_time_of_its_arrival_though_the_reader_is_late(way: str) -> None:
    if way.endswith("CONNECT"):
        with tunnel() as proxy:
            heard = heard_late(True, proxy=proxy)
    else:
        heard = heard_late(way == "TLS")
    assert heard.clock == "kernel" and heard.reason == "eof"
    [(_, first), (second, at)] = heard.frames
    assert second == b"data: 2\n\n"
    assert first <= at <= heard.woke - _SLACK_NS, "the time of the read, not that of the arrival"


def test_where_there_are_no_stamps_the_clock_is_the_user_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_clock, "_stamps_are_read", lambda: False)
    heard = heard_late(False)
    assert heard.clock == "monotonic"
    assert [data for data, _ in heard.frames] == [b"data: 1\n\n", b"data: 2\n\n"]
    assert heard.frames[1][1] > heard.frames[0][1]


@linux
def test_a_system_that_stamps_nothing_gives_a_plain_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_clock, "_SO_TIMESTAMPNS", 0x7FFF)  # an option that no system has

    async def made() -> type[socket.socket]:
        with make_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ())) as plug:
            return type(plug)

    assert asyncio.run(made()) is socket.socket


class Stamp:
    """A socket as the clock sees one."""

    def __init__(self, stamp: int) -> None:
        self.stamp = stamp


def arrivals_of(monkeypatch: pytest.MonkeyPatch, readings: list[tuple[int, int, int]]) -> list[int]:
    """Times of reads at which the monotonic clock, the system's clock and the stamp were so; the first is the beginning."""
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
# monotonic clock, system's clock, stamp at the beginning and at each read: times in the exchange
CLOCKS: dict[str, tuple[list[tuple[int, int, int]], list[int]]] = {
    "stamps are moved to the monotonic clock": (
        [(100, WALL, 0), (100 + 5 * MS, WALL + 5 * MS, WALL + 4 * MS), (100 + 9 * MS, WALL + 9 * MS, WALL + 8 * MS)],
        [4 * MS, 8 * MS],
    ),
    "without a stamp, the time of the read": ([(100, WALL, 0), (100 + 5 * MS, WALL + 5 * MS, 0)], [5 * MS]),
    "never before the one before": (
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
    "a reader that is a second late": (
        [(0, WALL, 0), (1002 * MS, WALL + 1002 * MS, WALL + 2 * MS)],
        [2 * MS],
    ),
}


@pytest.mark.parametrize(("readings", "expected"), CLOCKS.values(), ids=CLOCKS)
def test_times(monkeypatch: pytest.MonkeyPatch, readings: list[tuple[int, int, int]], expected: list[int]) -> None:
    assert arrivals_of(monkeypatch, readings) == expected


@linux
def test_a_stamped_socket_reads_as_any_socket_does() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        StampedSocket(socket.AF_INET, socket.SOCK_STREAM) as client,
    ):
        client.setsockopt(socket.SOL_SOCKET, kernel_clock._SO_TIMESTAMPNS, 1)
        client.connect(listening.getsockname())
        server, _ = listening.accept()
        with server:
            for _ in range(1000):  # the system may need a moment before the first socket on it that asks gets stamps
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
