"""Arbitrary responses of an upstream: the client gets the bytes, the recording has the end, and no resource leaks."""

from __future__ import annotations

import gc
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from streamkit.service.proxying import proxying
from streamkit.service.recording import Recorders
from streamkit.transport.client import Settings
from streamkit.transport.connection import HIGH_WATER, Connection, unacknowledged
from streamkit.transport.proxy import Route, Rules
from streamkit.transport.relay import Relay
from streamkit.transport.upstream import Upstream
from tests.transport.test_proxy import Between, Lines
from tests.transport.test_requests import quiet
from tests.waiting import settled, until

ASK = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
SSE = OK + b"Content-Type: text/event-stream\r\n"
CHUNKED = SSE + b"Transfer-Encoding: chunked\r\n\r\n"
ONE = b"9\r\ndata: 1\n\n\r\n"
END = b"0\r\n\r\n"

Send = Callable[[socket.socket], None]


@dataclass(frozen=True)
class Case:
    """What the upstream sends, with a pause between the pieces, and how it ends (`close`, `reset`, `stay`).

    Expected: what the client receives (None: the proxy's own 502), how its connection ends (`stay`, `close`, `reset`), and
    the end reason and body in the recording.
    """

    pieces: tuple[bytes, ...]
    last: str
    client: bytes | None
    ended: str
    reason: str
    body: bytes = b""


ALL = CHUNKED + ONE + END
CASES: dict[str, Case] = {
    # heads
    "nothing": Case((), "close", None, "close", "reset"),
    "nothing, and a reset": Case((), "reset", None, "close", "reset"),
    "half a head": Case((b"HTTP/1.1 200 OK\r\nConte",), "close", None, "close", "protocol_error"),
    "not HTTP": Case((b"220 mail.example ESMTP\r\n\r\n",), "close", None, "close", "protocol_error"),
    "not HTTP, and endless": Case((b"\x16\x03\x01\x02\x00",), "stay", None, "close", "protocol_error"),
    "HTTP/2": Case((b"HTTP/2 200 OK\r\n\r\n",), "close", None, "close", "protocol_error"),
    "a head without an end": Case((OK + b"X: " + b"a" * 200_000,), "stay", None, "close", "protocol_error"),
    "bare line feeds": Case((b"HTTP/1.1 200 OK\nA: b\n\n\r\n\r\n",), "close", None, "close", "protocol_error"),
    "a header without a colon": Case((OK + b"Bad\r\n\r\n",), "close", None, "close", "protocol_error"),
    "NUL in a header": Case((OK + b"A: \0\r\n\r\n",), "close", None, "close", "protocol_error"),
    "a folded header": Case((OK + b"A: 1\r\n 2\r\n\r\n",), "close", None, "close", "protocol_error"),
    "Content-Length and chunked": Case(
        (OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",), "close", None, "close", "protocol_error"
    ),
    "two lengths": Case(
        (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",), "close", None, "close", "protocol_error"
    ),
    "a negative length": Case((OK + b"Content-Length: -1\r\n\r\n",), "close", None, "close", "protocol_error"),
    "an upgrade that was not requested": Case(
        (b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",), "stay", None, "close", "protocol_error"
    ),
    "bytes beyond ASCII in a header": Case(
        (OK + "A: é\r\nContent-Length: 2\r\n\r\n{}".encode(),),
        "stay",
        OK + "A: é\r\nContent-Length: 2\r\n\r\n{}".encode(),
        "stay",
        "eof",
        b"{}",
    ),
    "no reason phrase": Case(
        (b"HTTP/1.1 529 \r\nContent-Length: 0\r\n\r\n",),
        "stay",
        b"HTTP/1.1 529 \r\nContent-Length: 0\r\n\r\n",
        "stay",
        "eof",
    ),
    "early hints before the response": Case(
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ALL,),
        "stay",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ALL,
        "stay",
        "eof",
        b"data: 1\n\n",
    ),
    "a head, one byte at a time": Case(
        tuple(ALL[at : at + 1] for at in range(len(ALL))), "stay", ALL, "stay", "eof", b"data: 1\n\n"
    ),
    # bodies in chunks
    "all in one packet": Case((ALL,), "stay", ALL, "stay", "eof", b"data: 1\n\n"),
    "a truncated chunk": Case(
        (CHUNKED, ONE, b"20\r\ndata: 2"), "close", CHUNKED + ONE + b"20\r\ndata: 2", "reset", "reset", b"data: 1\n\ndata: 2"
    ),
    "a chunk truncated by a reset": Case(
        (CHUNKED, ONE, b"20\r\ndata: 2"), "reset", CHUNKED + ONE + b"20\r\ndata: 2", "reset", "reset", b"data: 1\n\ndata: 2"
    ),
    "a bad size in the same packet as the head": Case(
        (CHUNKED + ONE + b"zz\r\nbad\r\n",), "close", CHUNKED + ONE + b"zz\r\nbad\r\n", "close", "protocol_error", b"data: 1\n\n"
    ),
    "a chunk longer than its size": Case(
        (CHUNKED + b"4\r\ndata: 1\n\n\r\n",), "close", CHUNKED + b"4\r\ndata: 1\n\n\r\n", "close", "protocol_error", b"data"
    ),
    "a size line without an end": Case(
        (CHUNKED + ONE + b"9;" + b"a" * 5000,), "stay", CHUNKED + ONE + b"9;" + b"a" * 5000, "close", "protocol_error",
        b"data: 1\n\n",
    ),
    "a size of fifteen digits": Case(
        (CHUNKED + b"FFFFFFFFFFFFFFF\r\ndata: 1\n\n",), "close", CHUNKED + b"FFFFFFFFFFFFFFF\r\ndata: 1\n\n", "reset", "reset",
        b"data: 1\n\n",
    ),
    "a size of sixteen digits": Case(
        (CHUNKED + b"FFFFFFFFFFFFFFFF\r\ndata: 1\n\n",), "close", CHUNKED + b"FFFFFFFFFFFFFFFF\r\ndata: 1\n\n", "close",
        "protocol_error",
    ),
    "trailers without an end": Case(
        (CHUNKED + ONE + b"0\r\n" + b"X-T: 1\r\n" * 10_000,), "stay", CHUNKED + ONE + b"0\r\n" + b"X-T: 1\r\n" * 10_000,
        "close", "protocol_error", b"data: 1\n\n",
    ),
    "extensions, spaces and trailers": Case(
        (CHUNKED + b"9  ;a=b\r\ndata: 1\n\n\r\n0\r\nX-T: 1\r\n\r\n",),
        "stay",
        CHUNKED + b"9  ;a=b\r\ndata: 1\n\n\r\n0\r\nX-T: 1\r\n\r\n",
        "stay",
        "eof",
        b"data: 1\n\n",
    ),
    "more after the end": Case((ALL + b"HTTP/1.1 200 OK\r\n\r\nsmuggled",), "stay", ALL, "stay", "eof", b"data: 1\n\n"),
    "a chunk of two megabytes": Case(
        (CHUNKED + b"200000\r\n", b"x" * 0x200000, b"\r\n" + END),
        "stay",
        CHUNKED + b"200000\r\n" + b"x" * 0x200000 + b"\r\n" + END,
        "stay",
        "eof",
        b"x" * 0x200000,
    ),
    # bodies with and without a length
    "a body that is too short": Case(
        (OK + b"Content-Length: 9\r\n\r\ndata: 1",), "close", OK + b"Content-Length: 9\r\n\r\ndata: 1", "reset", "reset",
        b"data: 1",
    ),
    "a body that is too long": Case(
        (OK + b"Content-Length: 2\r\n\r\n{}{}",), "stay", OK + b"Content-Length: 2\r\n\r\n{}", "stay", "eof", b"{}"
    ),
    "a body that ends with the connection": Case(
        (SSE + b"\r\n", b"data: 1\n\n"), "close", SSE + b"\r\ndata: 1\n\n", "close", "eof", b"data: 1\n\n"
    ),
    "a body ended by a reset": Case(
        (SSE + b"\r\n", b"data: 1\n\n"), "reset", SSE + b"\r\ndata: 1\n\n", "reset", "reset", b"data: 1\n\n"
    ),
    "204 with a body": Case(
        (b"HTTP/1.1 204 No Content\r\n\r\nbody",), "stay", b"HTTP/1.1 204 No Content\r\n\r\n", "stay", "eof"
    ),
    "HTTP/1.0": Case((b"HTTP/1.0 200 OK\r\n\r\n{}",), "close", b"HTTP/1.0 200 OK\r\n\r\n{}", "close", "eof", b"{}"),
    "the connection will be closed": Case(
        (OK + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}",),
        "close",
        OK + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}",
        "close",
        "eof",
        b"{}",
    ),
    "not gzip": Case(
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",),
        "stay",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        "stay",
        "eof",
        b"abc",
    ),
}  # fmt: skip


@contextmanager
def sending(pieces: tuple[bytes, ...], last: str) -> Iterator[str]:
    """Yield the URL of an upstream that sends these pieces in response to one request."""
    over, pause = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(10)
                try:
                    while b"\r\n\r\n" not in connection.recv(65536):
                        pass
                    for piece in pieces:
                        connection.sendall(piece)
                        if len(pieces) < 10:
                            pause.wait(0.005)
                    if last == "reset":
                        until(lambda: not unacknowledged(connection))  # a reset discards undelivered data
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    elif last == "stay":
                        over.wait(10)
                except ConnectionError:
                    pass

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        over.set()
        thread.join(10)


def answered(client: socket.socket, enough: int, *, stay: bool = False) -> tuple[bytes, str]:
    """Return what a client receives and how its connection ends: `stay` if it is still open after `enough` bytes."""
    got = b""
    while True:
        client.settimeout(0.05 if stay and len(got) >= enough else 10)
        try:
            data = client.recv(65536)
        except TimeoutError:
            return got, "stay"
        except ConnectionResetError:
            return got, "reset"
        if not data:
            return got, "close"
        got += data


@pytest.fixture
def only_new_objects() -> Iterator[None]:
    """The collector sees what the test makes, and nothing of what the process holds besides."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("only_new_objects")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_any_response_of_an_upstream_is_forwarded_and_recorded(case: Case) -> None:
    files = [Lines()]
    with (
        quiet(),
        sending(case.pieces, case.last) as url,
        proxying(Rules((Route("/", url),)), Recorders(open=lambda _: files[0])) as proxy,
    ):
        here = Between(proxy, [], files)
        with here.connect() as client:
            client.sendall(ASK)
            got, ended = answered(client, len(case.client or b""), stay=case.ended == "stay")
        seen = here.recorded()
    if case.client is None:
        assert got.startswith(b"HTTP/1.1 502 Bad Gateway\r\n") and case.reason.encode() in got
    else:
        assert got == case.client
    assert ended == case.ended
    assert seen.end is not None and seen.end.reason == case.reason
    assert seen.frames.body == case.body and not seen.damage
    gc.collect()
    left = [one for one in gc.get_objects() if isinstance(one, Relay | Upstream | Connection)]
    assert left == [], "something holds on to an exchange that is over"


def test_an_endless_response_takes_bounded_memory() -> None:
    """A client that does not read blocks the upstream: data in flight fits into a few buffers."""
    sent = 0
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            nonlocal sent
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.settimeout(0.3)
                try:
                    connection.sendall(CHUNKED)
                    while not stop.is_set():
                        connection.sendall(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
                        sent += 0x8000
                except TimeoutError:
                    stop.wait(10)
                except ConnectionError:  # the proxy has shut down
                    pass

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with (
            proxying(Rules((Route("/", url),)), Recorders(open=lambda _: Lines())) as proxy,
            socket.create_connection(("127.0.0.1", proxy.port)) as client,
        ):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            client.sendall(ASK)
            settled(lambda: sent)
            [relay] = proxy._running
            assert HIGH_WATER < relay._connection.pending <= HIGH_WATER + (64 << 10) + (32 << 10)  # a read and a chunk
            stop.set()
        thread.join(10)
    assert sent < 64 << 20


def test_the_idle_timeout_ends_silence_before_a_response() -> None:
    files = [Lines()]
    with (
        quiet(),
        sending((), "stay") as url,
        proxying(
            Rules((Route("/", url),)), Recorders(open=lambda _: files[0]), settings=Settings(max_time=0.05)
        ) as proxy,
    ):
        here = Between(proxy, [], files)
        with here.connect() as client:
            client.sendall(ASK)
            got, ended = answered(client, 0)
        seen = here.recorded()
    assert got.startswith(b"HTTP/1.1 504 Gateway Timeout\r\n") and ended == "close"
    assert seen.end is not None and seen.end.reason == "timeout"
