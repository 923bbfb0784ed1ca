"""What the server sends, read from a plain socket: bytes, chunks, and every way in which a body can end."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import threading
from collections.abc import Iterator, Sequence

import pytest

from streamkit.model.exchange import Body, Request
from streamkit.model.step import Close, Finish, HalfChunk, Hang, Head, Reset, Step, Write
from streamkit.transport.connection import HIGH_WATER, Connection, Incoming
from streamkit.transport.server import CannotListen, Server, in_thread
from tests.waiting import SAFETY_S, StillLoop, settled, turn, until

MS = 1_000_000
GET = b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"
STREAM = (("content-type", "text/event-stream"), ("X-Twice", "1"), ("x-twice", "2"))
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nX-Twice: 1\r\nx-twice: 2\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


@contextlib.contextmanager
def connected(steps: Sequence[Step]) -> Iterator[socket.socket]:
    with in_thread(Server(lambda _: steps)) as server, socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(SAFETY_S)
        yield client


def read_to_end(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


def answered(steps: Sequence[Step], request: bytes = GET) -> bytes:
    """Return everything that the server sends to one request."""
    with connected(steps) as client:
        client.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        return read_to_end(client)


# the steps, and the bytes after the recorded head
BODIES: dict[str, tuple[list[Step], bytes]] = {
    "one write is one chunk": (
        [Head(0, 200, STREAM), Write(0, b"data: 1\n\n"), Write(0, b"x" * 26), Finish(0)],
        HEAD + CHUNKED + b"Connection: close\r\n\r\n9\r\ndata: 1\n\n\r\n1a\r\n" + b"x" * 26 + b"\r\n0\r\n\r\n",
    ),
    "closed normally before the end": (
        [Head(0, 200, STREAM), Write(0, b"data"), Close(0)],
        HEAD + CHUNKED + b"Connection: close\r\n\r\n4\r\ndata\r\n",
    ),
    "half a chunk": (
        [Head(0, 200, STREAM), Write(0, b"data"), HalfChunk(0, b"half", 200), Finish(0)][:3],
        HEAD + CHUNKED + b"Connection: close\r\n\r\n4\r\ndata\r\nc8\r\nhalf",
    ),
    "a stream never has a length": (
        [Head(0, 200, (*STREAM, ("content-length", "4"))), Write(0, b"data"), Finish(0)],
        HEAD + CHUNKED + b"Connection: close\r\n\r\n4\r\ndata\r\n0\r\n\r\n",
    ),
    "a plain response keeps its length": (
        [Head(0, 429, (("Content-Type", "application/json"), ("content-length", "2"))), Write(0, b"{}"), Finish(0)],
        b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\n"
        b"Content-Length: 2\r\nConnection: close\r\n\r\n{}",
    ),
    "a wrong length is removed": (
        [Head(0, 200, (("content-length", "9"), ("content-encoding", "gzip"))), Write(0, b"{}"), Finish(0)],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ),
    "the length of a decoded body is removed": (
        [Head(0, 200, (("content-length", "2"), ("content-encoding", "gzip"))), Write(0, b"{}"), Finish(0)],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ),
    "an invalid length is removed": (
        [Head(0, 200, (("content-length", "two"),)), Write(0, b"{}"), Finish(0)],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ),
    "no body": (
        [Head(0, 200, ()), Finish(0)],
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ),
    "204 No Content": ([Head(0, 204, ()), Finish(0)], b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
    "headers of one connection are not sent on another": (
        [Head(0, 200, (("Keep-Alive", "5"), ("transfer-encoding", "chunked"), ("Upgrade", "x"))), Finish(0)],
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ),
    "a recorded header cannot add another": (
        [Head(0, 200, (("a", "b\r\nset-cookie: c"), ("d: e\r\nf", "g"))), Finish(0)],
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ),
    "a status without a name": (
        [Head(0, 529, ()), Finish(0)],
        b"HTTP/1.1 529 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ),
}


@pytest.mark.parametrize(("steps", "wire"), BODIES.values(), ids=BODIES)
def test_bytes_on_the_wire(steps: list[Step], wire: bytes) -> None:
    assert answered(steps) == wire


def test_an_http_1_0_client_gets_no_chunks() -> None:
    steps = [Head(0, 200, STREAM), Write(0, b"one"), Write(0, b"two"), Finish(0)]
    assert answered(steps, GET.replace(b"1.1", b"1.0")) == HEAD + b"Connection: close\r\n\r\nonetwo"


def test_a_head_request_gets_only_the_head() -> None:
    steps = [Head(0, 200, STREAM), Write(0, b"one"), Finish(0)]
    assert answered(steps, GET.replace(b"GET", b"HEAD")) == HEAD + b"Connection: close\r\n\r\n"


def test_a_reset_loses_nothing_sent_before_it() -> None:
    with connected([Head(0, 200, STREAM), *(Write(0, b"x" * 1000) for _ in range(100)), Reset(0)]) as client:
        client.sendall(GET)
        got = b""
        with pytest.raises(ConnectionResetError):
            while True:
                got += client.recv(65536)
    assert got.count(b"x") - HEAD.count(b"x") == 100_000


def test_a_reset_without_a_head() -> None:
    with connected([Reset(0)]) as client:
        client.sendall(GET)
        with pytest.raises(ConnectionResetError):
            client.recv(100)


def silent(client: socket.socket) -> bool:
    """Return whether the client's socket has nothing to read, not even the end of the connection."""
    return not select.select([client], [], [], 0)[0]


def test_hanging_ends_when_the_client_disconnects(still_loops: list[StillLoop]) -> None:
    with connected([Head(0, 200, STREAM), Write(0, b"data"), Hang(0)]) as client:
        [loop] = still_loops
        client.sendall(GET)
        got = b""
        while b"data\r\n" not in got:
            got += client.recv(65536)
        loop.move(3600)
        turn(loop)
        assert silent(client)


def test_a_connection_serves_several_requests() -> None:
    steps = [Head(0, 200, STREAM), Write(0, b"data"), Finish(0)]
    wire = HEAD + CHUNKED + b"\r\n4\r\ndata\r\n0\r\n\r\n"
    with connected(steps) as client:
        for _ in range(3):
            client.sendall(GET)
            got = b""
            while len(got) < len(wire):
                got += client.recv(65536)
            assert got == wire


def test_each_step_is_played_at_its_deadline(still_loops: list[StillLoop]) -> None:
    steps = [Head(20 * MS, 200, STREAM), *(Write((40 + 20 * k) * MS, b"%d" % k) for k in range(5)), Finish(140 * MS)]
    sent = [HEAD + CHUNKED + b"\r\n", *(b"1\r\n%d\r\n" % k for k in range(5)), b"0\r\n\r\n"]
    with connected(steps) as client:
        [loop] = still_loops
        client.sendall(GET)
        turn(loop)
        for expected in sent:
            loop.move(0.0195)
            turn(loop)
            assert silent(client), f"too early: {expected!r}"
            loop.move(0.000501)
            assert client.recv(65536) == expected


def test_the_request_is_passed_to_the_handler_unchanged() -> None:
    requests: list[Request] = []

    def answer(request: Request) -> list[Step]:
        requests.append(request)
        return [Head(0, 200, ()), Finish(0)]

    with in_thread(Server(answer)) as server, socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(
            b"POST /a%20b/%2ex?x=1&y=%26 HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\nContent-Length: 11\r\n\r\n"
        )
        client.sendall('{"a": "é"}'.encode())
        client.recv(1000)
    assert (requests[0].method, requests[0].url) == ("POST", "/a%20b/%2ex?x=1&y=%26")
    assert ("X-A", "1") in requests[0].headers
    assert requests[0].body == Body("json", {"a": "é"})


def test_an_address_in_use_is_reported() -> None:
    with in_thread(Server(lambda _: ())) as server:
        second = in_thread(Server(lambda _: (), port=server.port))
        with pytest.raises(CannotListen, match=f"127.0.0.1:{server.port}"), second:
            raise AssertionError("it listens")


def test_closing_aborts_running_streams() -> None:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(in_thread(Server(lambda _: [Head(0, 200, STREAM), Hang(0)])))
        client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        client.settimeout(SAFETY_S)
        client.sendall(GET)
        client.recv(1000)
        closing = threading.Thread(target=stack.pop_all().close, daemon=True)
        closing.start()
        closing.join(SAFETY_S)
        assert not closing.is_alive(), "closing waits for the answer's end"


class Torn(asyncio.Transport):
    """A transport whose second write fails, as when the client has reset the connection: asyncio closes it, and says so only
    at the next turn of the loop."""

    def __init__(self) -> None:
        super().__init__({})
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return len(self.written) >= 2

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass


def test_nothing_is_written_to_a_client_that_has_gone() -> None:
    """Hundreds of writes that are due at once would each be answered with a warning on stderr."""
    torn = Torn()

    async def ask() -> None:
        steps = [Head(0, 200, STREAM), *(Write(0, b"x") for _ in range(500)), Finish(0)]
        connection = Connection(Server(lambda _: steps), set())
        connection.connection_made(torn)
        connection.data_received(GET)

    asyncio.run(ask())
    assert len(torn.written) == 2


def test_clients_that_connect_while_the_server_is_busy_wait_in_the_queue() -> None:
    """More of them than are accepted in one iteration of the loop: none is refused, and all are answered."""
    steps = [Head(0, 200, ()), Finish(0)]

    async def busy() -> list[bytes]:
        server = Server(lambda _: steps)
        async with server.listening():
            clients = [socket.create_connection(("127.0.0.1", server.port), SAFETY_S) for _ in range(100)]
            for client in clients:
                client.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            loop = asyncio.get_running_loop()
            answers = [await loop.run_in_executor(None, read_to_end, client) for client in clients]
            for client in clients:
                client.close()
            return answers

    answers = asyncio.run(busy())
    assert len(answers) == 100
    assert {answer.split(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 200 OK"}


def test_a_client_that_does_not_read_takes_bounded_memory() -> None:
    """The server writes until the buffers are full, and goes on when the client reads."""
    connections: list[Connection] = []

    class Watched(Server):
        def serve(self, connection: Connection, request: Incoming) -> None:
            connections.append(connection)
            super().serve(connection, request)

    piece = b"x" * 0x8000
    steps: list[Step] = [Head(0, 200, STREAM), *[Write(0, piece)] * 1000, Close(0)]
    with (
        in_thread(Watched(lambda _: steps)) as server,
        socket.create_connection(("127.0.0.1", server.port), SAFETY_S) as client,
    ):
        client.sendall(GET)
        until(lambda: connections and connections[0].pending)
        pending = settled(lambda: connections[0].pending)
        assert HIGH_WATER < pending <= HIGH_WATER + len(piece) + 8
        assert read_to_end(client).count(piece) == 1000
