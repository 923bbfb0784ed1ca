"""Any request, to the mock server and to the proxy alike, gets the expected response and never causes a traceback.

The connection is kept or closed as the response says, and rejected requests never reach an upstream.
"""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from streamkit.model.exchange import Request
from streamkit.model.step import Finish, Head, Step, Write
from streamkit.transport import connection
from streamkit.transport.client import Settings
from streamkit.transport.guard import Guard
from streamkit.transport.proxy import Proxy, Route, Rules
from streamkit.transport.server import Server, in_thread

H = b"Host: localhost\r\n"
E = b"\r\n"
GET = b"GET /x HTTP/1.1\r\n" + H
POST = b"POST /x HTTP/1.1\r\n" + H
CHUNKS = b"Transfer-Encoding: chunked\r\n"

# what is sent: the statuses of the responses in order, then `-` if the server closes the connection or `...` if it waits
MATRIX: dict[str, tuple[bytes, str]] = {
    # valid requests
    "a GET": (GET + E, "200 ..."),
    "a POST with a length": (POST + b"Content-Length: 2\r\n\r\n{}", "200 ..."),
    "a POST in chunks": (POST + CHUNKS + E + b"2\r\n{}\r\n0\r\n\r\n", "200 ..."),
    "chunks with extensions and trailers": (
        POST + CHUNKS + E + b'2;a=b;c="d"\r\n{}\r\n0;e\r\nX-T: 1\r\n\r\n',
        "200 ...",
    ),
    "a chunk size with leading zeros": (POST + CHUNKS + E + b"0002\r\n{}\r\n000\r\n\r\n", "200 ..."),
    "no body at all": (POST + b"Content-Length: 0\r\n\r\n", "200 ..."),
    "two requests in a row": (GET + E + GET + E, "200 200 ..."),
    "two requests in a row, the first with a body": (POST + b"Content-Length: 2\r\n\r\n{}" + GET + E, "200 200 ..."),
    "three requests, the second one with Connection: close": (
        GET + E + GET + b"Connection: close\r\n\r\n" + GET + E,
        "200 200 -",
    ),
    "an empty line before the request": (b"\r\n" + GET + E, "200 ..."),
    "an empty line between two": (POST + b"Content-Length: 2\r\n\r\n{}\r\n" + GET + E, "200 200 ..."),
    "HTTP/1.0": (b"GET /x HTTP/1.0\r\n" + H + E, "200 -"),
    "HTTP/1.0 with keep-alive": (b"GET /x HTTP/1.0\r\n" + H + b"Connection: keep-alive\r\n\r\n", "200 -"),
    "close, in another case": (GET + b"connection: Foo, CLOSE\r\n\r\n", "200 -"),
    "HEAD": (b"HEAD /x HTTP/1.1\r\n" + H + E, "200 ..."),
    "OPTIONS": (b"OPTIONS /x HTTP/1.1\r\n" + H + E, "200 ..."),
    "DELETE with a body": (b"DELETE /x HTTP/1.1\r\n" + H + b"Content-Length: 1\r\n\r\nx", "200 ..."),
    "User-Agent twice": (GET + b"User-Agent: a\r\nUser-Agent: b\r\n\r\n", "200 ..."),
    "Content-Type twice": (POST + b"Content-Type: a\r\nContent-Type: b\r\nContent-Length: 0\r\n\r\n", "200 ..."),
    "bytes beyond ASCII in a value": (GET + "X-A: é\r\n\r\n".encode(), "200 ..."),
    "an empty value": (GET + b"X-A:\r\n\r\n", "200 ..."),
    "spaces around a value": (GET + b"X-A: \t a \t\r\n\r\n", "200 ..."),
    "a header of 60 KiB": (GET + b"X-A: " + b"a" * 60_000 + b"\r\n\r\n", "200 ..."),
    "five hundred headers": (GET + b"".join(b"X-%d: 1\r\n" % n for n in range(500)) + E, "200 ..."),
    "a query with all allowed characters": (b"GET /x?a=[1]&b={2}|^`'%20%2F HTTP/1.1\r\n" + H + E, "200 ..."),
    "100-continue followed by the body at once": (
        POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
        "200 ...",
    ),
    "100-continue, and the client waits": (POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", "100 ..."),
    "an unsupported upgrade": (
        GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
        "200 ...",
    ),
    "a body that is not gzip": (POST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "200 ..."),
    # incomplete requests
    "half a head": (b"GET /x HTTP/1.1\r\nHos", "..."),
    "half a body": (POST + b"Content-Length: 9\r\n\r\n{}", "..."),
    "half a chunk": (POST + CHUNKS + E + b"9\r\n{}", "..."),
    # ambiguous framing
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "400 -"),
    "two equal lengths": (POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", "400 -"),
    "a list of lengths": (POST + b"Content-Length: 2, 2\r\n\r\n{}", "400 -"),
    "Content-Length and chunked": (POST + b"Content-Length: 2\r\n" + CHUNKS + E + b"0\r\n\r\n", "400 -"),
    "chunked and Content-Length": (POST + CHUNKS + b"Content-Length: 2\r\n\r\n0\r\n\r\n", "400 -"),
    "a length with a sign": (POST + b"Content-Length: +2\r\n\r\n{}", "400 -"),
    "a negative length": (POST + b"Content-Length: -2\r\n\r\n{}", "400 -"),
    "a length in hexadecimal": (POST + b"Content-Length: 0x2\r\n\r\n{}", "400 -"),
    "an endless length": (POST + b"Content-Length: 99999999999999999999999\r\n\r\n", "400 -"),
    "a length of a terabyte": (POST + b"Content-Length: 1099511627776\r\n\r\n", "413 -"),
    "another transfer coding": (POST + b"Transfer-Encoding: gzip\r\n\r\n", "400 -"),
    "chunked not last": (POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", "400 -"),
    "chunked twice": (POST + CHUNKS + CHUNKS + E + b"0\r\n\r\n", "400 -"),
    "a transfer coding with a similar name": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "400 -"),
    "a transfer coding with a tab": (POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n", "400 -"),
    "a space before the colon": (POST + b"Content-Length : 2\r\n\r\n{}", "400 -"),
    "a folded header": (GET + b"X-A: 1\r\n Content-Length: 2\r\n\r\n", "400 -"),
    "bare line feeds": (b"GET /x HTTP/1.1\nHost: localhost\n\n\r\n\r\n", "400 -"),
    "a bare carriage return": (GET + b"X-A: 1\rX-B: 2\r\n\r\n", "400 -"),
    "NUL in a value": (GET + b"X-A: \0\r\n\r\n", "400 -"),
    "a header without a name": (GET + b": 1\r\n\r\n", "400 -"),
    "a header without a colon": (GET + b"X-A\r\n\r\n", "400 -"),
    "an invalid chunk size": (POST + CHUNKS + E + b"xyz\r\n{}\r\n0\r\n\r\n", "400 -"),
    "a chunk size with a sign": (POST + CHUNKS + E + b"+2\r\n{}\r\n0\r\n\r\n", "400 -"),
    "a chunk size with 0x": (POST + CHUNKS + E + b"0x2\r\n{}\r\n0\r\n\r\n", "400 -"),
    "a chunk longer than its size": (POST + CHUNKS + E + b"1\r\n{}\r\n0\r\n\r\n", "400 -"),
    "chunks with bare line feeds": (POST + CHUNKS + E + b"2\n{}\n0\n\n", "400 -"),
    # not HTTP/1
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400 -"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 -"),
    "HTTP/2 in the request line": (b"GET /x HTTP/2.0\r\n" + H + E, "505 -"),
    "HTTP/0.9": (b"GET /x\r\n\r\n", "505 -"),
    "an unknown version": (b"GET /x HTTP/1.2\r\n" + H + E, "400 -"),
    "an unknown method": (b"BREW /x HTTP/1.1\r\n" + H + E, "400 -"),
    "a space in the target": (b"GET /x y HTTP/1.1\r\n" + H + E, "400 -"),
    "bytes beyond ASCII in the target": ("GET /é HTTP/1.1\r\n".encode() + H + E, "400 -"),
    "only spaces": (b" " * 100, "400 -"),
    "a head without an end": (GET + b"X-A: " + b"a" * 200_000, "431 -"),
    # requests that a web page or a stranger could send
    "no Host": (b"GET /x HTTP/1.1\r\n\r\n", "403 -"),
    "two Hosts": (GET + b"Host: localhost\r\n\r\n", "403 -"),
    "a foreign Host": (b"GET /x HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403 -"),
    "a link in a page": (GET + H + b"Sec-Fetch-Site: cross-site\r\n\r\n", "403 -"),
    "an Origin": (GET + b"Origin: http://localhost\r\n\r\n", "403 -"),
    "a WebSocket from a page": (
        GET + b"Origin: null\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "403 -",
    ),
    "a tunnel": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", "405 -"),
    "another server": (b"GET http://evil.example/x HTTP/1.1\r\n" + H + E, "400 -"),
    "another server without a scheme": (b"GET //evil.example/x HTTP/1.1\r\n" + H + E, "400 -"),
    "a path with ..": (b"GET /v1/%2e%2e/x HTTP/1.1\r\n" + H + E, "400 -"),
    "good, then foreign": (GET + E + b"GET /x HTTP/1.1\r\nHost: evil.example\r\n\r\n", "200 403 -"),
}

_QUIET_S = 0.03  # seconds of silence after which a server is considered to be waiting
ANSWER = [Head(0, 200, (("X-A", "1"), ("Content-Length", "2"))), Write(0, b"{}"), Finish(0)]


class Complaints(logging.Handler):
    """Collects what the event loop logs, such as tracebacks."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record.getMessage())


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Assert that nothing is logged and no thread ends with an exception while the context is open."""
    complaints = Complaints()
    logging.getLogger("asyncio").addHandler(complaints)
    try:
        yield
    finally:
        logging.getLogger("asyncio").removeHandler(complaints)
    assert complaints.records == []


class Deaf:
    """A listener that ignores all events."""

    def start(self, *_: Any) -> None: ...
    def response(self, *_: Any) -> None: ...
    def frame(self, *_: Any) -> None: ...
    def frames(self, *_: Any) -> None: ...
    def sent(self, *_: Any) -> None: ...
    def note(self, *_: Any) -> None: ...
    def client_disconnected(self, *_: Any) -> None: ...
    def end(self, *_: Any) -> None: ...


@contextlib.contextmanager
def serving(kind: str, requests: list[Request]) -> Iterator[int]:
    """Yield the port of a mock server, or of a proxy for one; requests that reach the server are appended to `asked`."""

    def answer(request: Request) -> list[Step]:
        requests.append(request)
        return list(ANSWER)

    with in_thread(Server(answer)) as server:
        if kind == "serve":
            yield server.port
            return
        rules = Rules((Route("/", server.url),), Guard())
        with in_thread(Proxy(rules, lambda _: Deaf(), settings=Settings())) as proxy:
            yield proxy.port


def statuses(client: socket.socket, sent: bytes, expected: str, *, bodiless: bool = False) -> str:
    """Return the statuses of the responses, then `-` if the server has closed the connection, otherwise `...`."""
    wanted = len(expected.split()) - 1
    client.sendall(sent)
    got = b""
    found: list[bytes] = []
    ended = False
    while not ended:
        complete = len(found) >= wanted and (bodiless or got.count(b"{}") >= expected.count("200"))
        client.settimeout(_QUIET_S if complete and expected.endswith("...") else 10)
        try:
            data = client.recv(65536)
        except TimeoutError:
            break
        except ConnectionResetError:
            data = b""
        got += data
        found = re.findall(rb"HTTP/1\.1 (\d{3})", got)
        ended = not data
    return " ".join([*(status.decode() for status in found), "-" if ended else "..."])


@pytest.mark.parametrize("kind", ["serve", "proxy"])
def test_every_request_gets_the_expected_status(kind: str) -> None:
    requests: list[Request] = []
    wrong = {}
    with quiet(), serving(kind, requests) as port:
        for name, (sent, expected) in MATRIX.items():
            del requests[:]
            with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                seen = statuses(client, sent, expected, bodiless=sent.startswith(b"HEAD"))
            if seen != expected or len(requests) != expected.count("200"):
                wrong[name] = (seen, len(requests))
    assert wrong == {}


def test_requests_sent_byte_by_byte_get_the_same_status() -> None:
    requests: list[Request] = []
    wrong = {}
    with quiet(), serving("serve", requests) as port:
        for name, (sent, expected) in MATRIX.items():
            if len(sent) > 300 or expected != "200 ...":
                continue
            with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for at in range(len(sent) - 1):
                    client.sendall(sent[at : at + 1])
                seen = statuses(client, sent[-1:], expected, bodiless=sent.startswith(b"HEAD"))
            if seen.replace("100 ", "") != expected:
                wrong[name] = seen
    assert wrong == {}


def test_an_empty_line_may_arrive_in_two_pieces() -> None:
    with quiet(), serving("serve", []) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"\r")
        with socket.create_connection(
            ("127.0.0.1", port), timeout=10
        ) as later:  # its answer comes after the first byte
            assert statuses(later, GET + E, "200 ...") == "200 ..."
        assert statuses(client, b"\n" + GET + E, "200 ...") == "200 ..."


# the limit that is reached: what is sent, and the statuses
SLOW: dict[str, tuple[bytes, str]] = {
    "a head that never arrives": (b"GET /x HTTP/1.1\r\n", "408 -"),
    "a body that never arrives": (POST + b"Content-Length: 9\r\n\r\n{}", "408 -"),
    "nothing": (b"", "-"),
    "nothing more": (GET + E, "200 -"),
}


@pytest.mark.parametrize(("sent", "expected"), SLOW.values(), ids=SLOW)
def test_slow_requests_time_out(monkeypatch: pytest.MonkeyPatch, sent: bytes, expected: str) -> None:
    for limit in ("HEAD_TIMEOUT", "BODY_TIMEOUT", "IDLE_TIMEOUT"):
        monkeypatch.setattr(connection, limit, 0.05)
    with quiet(), serving("serve", []) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        assert statuses(client, sent, expected) == expected


def test_a_body_that_is_too_large_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "max_body", 1000)
    for sent in (b"Content-Length: 1001\r\n\r\n", CHUNKS + E + b"400\r\n" + b"x" * 1024 + b"\r\n"):
        with quiet(), serving("serve", []) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            assert statuses(client, POST + sent, "413 -") == "413 -"


def test_a_client_that_keeps_sending_receives_the_error() -> None:
    with quiet(), serving("serve", []) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"POST /x HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 10000000\r\n\r\n")
        got = b""

        def read() -> None:
            nonlocal got
            while data := client.recv(65536):
                got += data

        reader = threading.Thread(target=read)
        reader.start()
        with contextlib.suppress(ConnectionError):
            for _ in range(20):
                client.sendall(b"x" * 65536)
        reader.join(10)
    assert got.startswith(b"HTTP/1.1 403 ") and b"--allow-host" in got


def test_a_failing_handler_is_answered_with_500() -> None:
    def answer(_: Request) -> Any:
        raise KeyError("a bug")

    with (
        in_thread(Server(answer)) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as client,
    ):
        assert statuses(client, GET + E, "500 -") == "500 -"
