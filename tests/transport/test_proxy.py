"""The proxy between plain sockets: what the client receives, what is recorded, and which requests are rejected."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import importlib
import re
import select
import socket
import ssl
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
import pytest
import trustme

from streamkit.errors import UsageError
from streamkit.model import recording
from streamkit.model.exchange import Body, Exchange, Request
from streamkit.model.step import Close, Finish, HalfChunk, Hang, Head, Reset, Step, Write
from streamkit.service.mock import Options
from streamkit.service.proxying import Playing, proxying
from streamkit.service.recording import Outcome, Recorders, a_file_each, file_name, one_file
from streamkit.transport import content_coding
from streamkit.transport.client import Settings
from streamkit.transport.connection import Connection
from streamkit.transport.guard import Guard, Rejection, check_upstream
from streamkit.transport.proxy import Proxy, Route, Rules
from streamkit.transport.server import Server, in_thread
from streamkit.transport.upstream import Upstream
from tests.exchanges import exchange
from tests.transport.scripted import served
from tests.transport.tunnels import tunnel
from tests.waiting import SAFETY_S, StillLoop, settled, turn, until

MS = 1_000_000
SSE = (("Content-Type", "text/event-stream"), ("X-Request-Id", "r1"))
STREAM = [Head(0, 200, SSE), *(Write(n * MS, b"data: %d\n\n" % n) for n in range(5)), Finish(6 * MS)]
WIRE = b"".join(b"9\r\ndata: %d\n\n\r\n" % n for n in range(5))
ASK = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


class Lines:
    """A file in memory."""

    def __init__(self) -> None:
        self.path = "memory.jsonl"
        self.lines: list[bytes] = []
        self.closed = threading.Event()

    def write(self, data: bytes) -> None:
        self.lines += data.splitlines(keepends=True)

    def close(self) -> None:
        self.closed.set()


@dataclass
class Between:
    """A proxy, its upstream, and the recordings."""

    proxy: Proxy
    requests: list[Request]
    files: list[Lines]
    over: list[Outcome] = field(default_factory=list)

    def connect(self) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.proxy.port))
        client.settimeout(SAFETY_S)
        return client

    def ask(self, request: bytes = ASK) -> bytes:
        with self.connect() as client:
            client.sendall(request)
            return b"".join(iter(lambda: client.recv(65536), b""))

    def recorded(self, number: int = 0) -> Exchange:
        until(lambda: len(self.files) > number)
        assert self.files[number].closed.wait(SAFETY_S)
        return next(recording.read(self.files[number].lines))


@contextlib.contextmanager
def between(
    steps: Sequence[Step] | Callable[[Request], Sequence[Step]],
    *,
    guard: Guard | None = None,
    stop: bool = False,
    settings: Settings | None = None,
    playing: Playing | None = None,
) -> Iterator[Between]:
    requests: list[Request] = []
    files: list[Lines] = []
    over: list[Outcome] = []

    def answer(request: Request) -> Sequence[Step]:
        requests.append(request)
        return steps(request) if callable(steps) else steps

    def opened(_: Request) -> Lines:
        files.append(Lines())
        return files[-1]

    with in_thread(Server(answer)) as upstream:
        rules = Rules((Route("/", upstream.url), Route("/other", upstream.url + "/mount/v1")), guard or Guard(), stop)
        with proxying(rules, Recorders(open=opened, on_end=over.append), playing, settings=settings) as proxy:
            yield Between(proxy, requests, files, over)


def received(client: socket.socket, wanted: bytes) -> bytes:
    """Read until these bytes have arrived; return everything read."""
    got = b""
    while wanted not in got:
        more = client.recv(65536)
        assert more, f"the connection ended before {wanted!r} came: {got!r}"
        got += more
    return got


def test_every_byte_is_forwarded_and_recorded() -> None:
    with between(STREAM) as here:
        answer = here.ask()
        seen = here.recorded()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Request-Id: r1\r\nTransfer-Encoding: chunked"
    )
    assert body == WIRE + b"0\r\n\r\n"
    assert seen.frames.data == [b"data: %d\n\n" % n for n in range(5)]
    clock = "kernel" if sys.platform == "linux" else "monotonic"
    assert (seen.source, seen.clock, seen.end and seen.end.reason) == ("proxy", clock, "eof")
    assert seen.request == Request(
        "POST", here.requests[0].url and seen.request.url, seen.request.headers, Body("json", {})
    )  # type: ignore[union-attr]
    assert not seen.damage
    times = [seen.sent_at, *seen.frames.at, seen.end and seen.end.at]
    assert all(isinstance(at, int) for at in times) and times == sorted(times)  # type: ignore[type-var]


def test_the_client_sees_a_frame_before_the_next_is_sent() -> None:
    gate = [Head(0, 200, SSE), Write(0, b"data: 1\n\n"), Hang(0)]
    with between(gate) as here, here.connect() as client:
        client.sendall(ASK)
        assert received(client, b"data: 1\n\n\r\n").endswith(b"\r\n\r\n9\r\ndata: 1\n\n\r\n")


# how the upstream ends: what the client gets, and what is recorded
ENDS: dict[str, tuple[list[Step], bytes | type[Exception], str]] = {
    "closed normally": ([*STREAM[:2], Finish(0)], b"9\r\ndata: 0\n\n\r\n0\r\n\r\n", "eof"),
    "a reset": ([*STREAM[:2], Reset(5 * MS)], ConnectionResetError, "reset"),
    "closed too early": ([*STREAM[:2], Close(0)], ConnectionResetError, "reset"),
    "half a chunk": ([*STREAM[:2], HalfChunk(0, b"data", 100)], ConnectionResetError, "reset"),
    "an error": (
        [Head(0, 429, (("Retry-After", "3"), ("Content-Length", "2"))), Write(0, b"{}"), Finish(0)],
        b"{}",
        "eof",
    ),
    "nothing": ([Reset(0)], b'"the upstream did not answer (reset)', "reset"),
}


@pytest.mark.parametrize(("steps", "seen", "reason"), ENDS.values(), ids=ENDS)
def test_the_end_of_the_upstream_is_repeated_and_recorded(
    steps: list[Step], seen: bytes | type[Exception], reason: str
) -> None:
    with between(steps) as here:
        if isinstance(seen, bytes):
            assert seen in here.ask()
        else:
            with pytest.raises(seen):
                here.ask()
        ended = here.recorded().end
    assert ended is not None and ended.reason == reason


def test_an_http_error_keeps_its_headers() -> None:
    with between(ENDS["an error"][0]) as here:
        assert here.ask().startswith(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 2\r\n")
        response = here.recorded().response
    assert response is not None and response.header("retry-after") == "3"


def test_an_unreachable_upstream() -> None:
    files: list[Lines] = [Lines()]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with proxying(Rules((Route("/", url),)), Recorders(open=lambda _: files[0])) as proxy:
            answer = Between(proxy, [], files).ask()
            seen = Between(proxy, [], files).recorded()
    assert answer.startswith(b"HTTP/1.1 502 Bad Gateway") and b"refused" in answer
    assert seen.response is None and seen.end is not None and seen.end.reason == "refused"


def test_the_idle_timeout_ends_silence(still_loops: list[StillLoop]) -> None:
    with between([*STREAM[:2], Hang(0)], settings=Settings(idle_timeout=3)) as here, here.connect() as client:
        _, proxy = still_loops
        client.sendall(ASK)
        got = received(client, b"data: 0\n\n\r\n")
        until(lambda: proxy.move(3) or select.select([client], [], [], 0)[0])
        got += b"".join(iter(lambda: client.recv(65536), b""))
        assert got.endswith(b"9\r\ndata: 0\n\n\r\n")
        ended = here.recorded().end
    assert ended is not None and ended.reason == "idle_timeout"


def test_a_stream_that_keeps_sending_outlives_the_idle_timeout(still_loops: list[StillLoop]) -> None:
    steps = [Head(0, 200, SSE), *(Write(n * 2000 * MS, b"data: %d\n\n" % n) for n in range(5)), Finish(8000 * MS)]
    with between(steps, settings=Settings(idle_timeout=3)) as here, here.connect() as client:
        upstream, proxy = still_loops
        client.sendall(ASK)
        for number in range(5):
            received(client, b"data: %d\n\n\r\n" % number)
            proxy.move(2)
            turn(proxy)
            upstream.move(2)
        seen = here.recorded()
    assert seen.frames.data == [b"data: %d\n\n" % n for n in range(5)]
    assert seen.end is not None and seen.end.reason == "eof"


SLOW = [Head(0, 200, SSE), *(Write(n * 1000 * MS, b"data: %d\n\n" % n) for n in range(8)), Finish(8000 * MS)]


@pytest.mark.parametrize("stop", [False, True])
def test_a_client_that_disconnects(stop: bool, still_loops: list[StillLoop]) -> None:
    with between(SLOW, stop=stop) as here:
        upstream, proxy = still_loops
        with here.connect() as client:
            client.sendall(ASK)
            received(client, b"data: 0")
            upstream.move(1.5)
            received(client, b"data: 1")
        turn(proxy)
        upstream.move(10)
        seen = here.recorded()
    assert seen.end is not None and seen.end.client is not None
    assert seen.end.client["after_frame"] == 2
    assert (seen.end.reason, len(seen.frames) == 8) == (("client_abort", False) if stop else ("eof", True))


def test_shutdown_of_the_proxy_is_recorded_as_an_interruption() -> None:
    with between([*STREAM[:2], Hang(0)]) as here:
        client = here.connect()
        client.sendall(ASK)
        while b"data: 0" not in client.recv(65536):
            pass
    client.close()
    ended = here.recorded().end
    assert ended is not None and ended.reason in ("interrupted", "client_abort")


def zstd_compress(data: bytes) -> bytes:
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    compressed: bytes = importlib.import_module(name).compress(data)
    return compressed


def deflated(data: bytes) -> bytes:
    """`deflate` without zlib's header, as some servers send it."""
    making = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return making.compress(data) + making.flush()


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without its header": ("deflate", deflated),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd_compress),
    "two codings": ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
}


@pytest.mark.parametrize(("coding", "encode"), CODINGS.values(), ids=CODINGS)
def test_a_coding_is_forwarded_and_decoded_in_the_recording(coding: str, encode: Callable[[bytes], bytes]) -> None:
    body = b"data: 1\n\n" * 200
    sent = encode(body)
    here, answered, seen = through(
        b"HTTP/1.1 200 OK\r\ncontent-TYPE: text/event-stream\r\nContent-Encoding: %b\r\nContent-Length: %d\r\n\r\n%b"
        % (coding.encode(), len(sent), sent),
        ASK.replace(b"\r\n\r\n", b"\r\nAccept-Encoding: gzip, br, zstd\r\n\r\n"),
    )
    assert b"\r\nAccept-Encoding: gzip, br, zstd\r\n" in here.request
    assert answered.endswith(b"\r\n\r\n" + sent) and b"\r\ncontent-TYPE: text/event-stream\r\n" in answered
    assert any(b'"type":"note"' in line and b"stored decoded" in line for line in here.lines)
    assert seen.frames.body == body


def test_an_unsupported_coding_is_recorded_undecoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_coding, "_BROTLI", ("a_module_that_is_not_there",))
    sent = brotli.compress(b"data: 1\n\n" * 200)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: %d\r\n\r\n" % len(sent)
    here, answered, seen = through(head + sent, ASK)
    assert answered == head + sent and seen.frames.body == sent
    assert any(b"stored unchanged" in line for line in here.lines)


@dataclass
class Through:
    """The result of one request to an upstream that sends fixed bytes and closes the connection."""

    request: bytes
    lines: list[bytes]


def through(wire: bytes, ask: bytes, *, whole: bytes = b"{}", **rules: Any) -> tuple[Through, bytes, Exchange]:
    """Send one request through a proxy; return what the upstream and the client received, and the recording."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as upstream:

        def answer() -> None:
            connection, _ = upstream.accept()
            with connection:
                data = b""
                while not data.endswith(b"\r\n\r\n" + whole):
                    data += connection.recv(65536)
                got.append(data)
                connection.sendall(wire)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        files = [Lines()]
        to = Rules((Route("/", f"http://127.0.0.1:{upstream.getsockname()[1]}"),), **rules)
        with proxying(to, Recorders(open=lambda _: files[0])) as proxy:
            here = Between(proxy, [], files)
            answered = here.ask(ask)
            seen = here.recorded()
        thread.join(10)
    return Through(got[0], files[0].lines), answered, seen


# what a client sends, and what the upstream receives; `HOST` is the upstream's host
PASSED_ON: dict[str, tuple[bytes, bytes]] = {
    "names, their case, their order and repeats": (
        b"POST /v1/x HTTP/1.1\r\nuser-AGENT: a\r\nUser-Agent: b\r\nHost: localhost\r\nX-A:  two  \r\nx-a:\r\n\r\n",
        b"POST /v1/x HTTP/1.1\r\nuser-AGENT: a\r\nUser-Agent: b\r\nHost: HOST\r\nX-A:  two  \r\nx-a:\r\n\r\n",
    ),
    "the target is unchanged": (
        b"GET /model/arn%3Aaws%3A/x?a=%2F1&b=[c]&c={}|%20+ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /model/arn%3Aaws%3A/x?a=%2F1&b=[c]&c={}|%20+ HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ),
    "a body in chunks": (
        b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nX-T: 1\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nX-T: 1\r\n\r\n",
    ),
    "a body with a content coding": (
        b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b",
        b"POST /x HTTP/1.1\r\nHost: HOST\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b",
    ),
    "a body without the coding that its header names": (
        b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: zstd\r\nContent-Length: 3\r\n\r\n\x00\xff{",
        b"POST /x HTTP/1.1\r\nHost: HOST\r\nContent-Encoding: zstd\r\nContent-Length: 3\r\n\r\n\x00\xff{",
    ),
    "hop-by-hop headers are removed": (
        b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close, x-mine, content-length\r\nX-Mine: 1\r\nTE: trailers\r\n"
        b"Keep-Alive: 5\r\nProxy-Authorization: Basic eDp5\r\nUpgrade: h2c\r\nX-Streamkit-Token: t\r\n"
        b"Expect: 100-continue\r\nContent-Length: 0\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n\r\n",
    ),
    "HTTP/1.0": (
        b"GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n",
        b"GET /x HTTP/1.0\r\nHost: HOST\r\n\r\n",
    ),
}
OK = b"HTTP/1.1 200 Fine\r\nx-ODD: 1\r\nX-Odd: 2\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@pytest.mark.parametrize(("sent", "passed"), PASSED_ON.values(), ids=PASSED_ON)
@pytest.mark.parametrize("keep_host", [False, True])
def test_a_request_is_forwarded_byte_for_byte(sent: bytes, passed: bytes, keep_host: bool) -> None:
    if b"%d" in sent:
        body = gzip.compress(b"{}")
        sent, passed = sent % (len(body), body), passed % (len(body), body)
    here, answered, _ = through(OK, sent, whole=passed.partition(b"\r\n\r\n")[2], keep_host=keep_host)
    host = re.search(rb"127\.0\.0\.1:\d+", here.request)
    expected = b"localhost" if keep_host else host and host[0]
    assert here.request == passed.replace(b"HOST", expected or b"")
    assert answered == OK


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("coding", "encode"), CODINGS.values(), ids=CODINGS)
def test_a_coded_request_body_is_forwarded_as_it_is(
    coding: str, encode: Callable[[bytes], bytes], chunked: bool
) -> None:
    """The recording has it decoded."""
    body = encode(b'{"model":"m"}')
    wire = b"%x;a=b\r\n%b\r\n1\r\n%b\r\n0\r\n\r\n" % (len(body) - 1, body[:-1], body[-1:]) if chunked else body
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    head = b"POST /x HTTP/1.1\r\nHost: %b\r\ncontent-ENCODING: %b\r\n" + length + b"\r\n\r\n"
    here, _, seen = through(OK, head % (b"localhost", coding.encode()) + wire, whole=wire, keep_host=True)
    assert here.request == head % (b"localhost", coding.encode()) + wire
    assert seen.request is not None and seen.request.body is not None
    assert seen.request.body == Body("json", {"model": "m"})


class ForeignTransport:
    """A transport as uvloop has them: the methods of `asyncio.Transport`, but not the class."""

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def test_transports_of_other_event_loops_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for protocol in (Connection, Upstream):
        made: Any = protocol.connection_made
        monkeypatch.setattr(
            protocol, "connection_made", lambda self, transport, made=made: made(self, ForeignTransport(transport))
        )
    _, answered, _ = through(OK, ASK)
    assert answered == OK


def test_keys_are_forwarded_but_not_recorded() -> None:
    ask = ASK.replace(b"\r\n\r\n", b"\r\nAuthorization: Bearer k\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n")
    with between(STREAM) as here:
        here.ask(ask)
    assert [value for name, value in here.requests[0].headers if name == "X-Two"] == ["1", "2"]
    assert ("Authorization", "Bearer k") in here.requests[0].headers
    seen = here.recorded().request
    assert seen is not None and ("Authorization", "[redacted]") in seen.headers


def test_a_client_connection_is_reused() -> None:
    with between(STREAM) as here, here.connect() as client:
        for _ in range(3):
            client.sendall(ASK.replace(b"Connection: close\r\n", b""))
            got = b""
            while not got.endswith(b"0\r\n\r\n"):
                got += client.recv(65536)
        assert len(here.requests) == 3


ROUTED = {
    ("/", "https://api.openai.com"): [("/v1/models", "https://api.openai.com/v1/models")],
    ("/", "https://api.openai.com/v1"): [
        ("/v1/models", "https://api.openai.com/v1/models"),
        ("/models?x=1", "https://api.openai.com/v1/models?x=1"),
        ("/v1", "https://api.openai.com/v1"),
        ("/v1beta", "https://api.openai.com/v1/v1beta"),
    ],
    ("/anthropic", "https://api.anthropic.com"): [("/anthropic/v1/messages", "https://api.anthropic.com/v1/messages")],
}


@pytest.mark.parametrize(("route", "cases"), ROUTED.items())
def test_routes(route: tuple[str, str], cases: list[tuple[str, str]]) -> None:
    for target, url in cases:
        assert Route(*route).url(target) == url


# the version that the upstream's paths begin with -> targets as SDKs ask for them, and the paths that are forwarded
VERSIONS = {
    "/v1": {
        "/messages": "/v1/messages",
        "/messages/count_tokens?beta=true": "/v1/messages/count_tokens?beta=true",
        "/v1/messages": "/v1/messages",
        "/v2/messages": "/v2/messages",
        "/deployments/m/chat/completions": "/deployments/m/chat/completions",
        "/messagesx": "/messagesx",
        "/": "/",
    },
    "/openai/v1": {"/chat/completions": "/openai/v1/chat/completions", "/openai/models": "/openai/v1/models"},
    "/inference/v1": {"/inference/chat/completions": "/inference/v1/chat/completions"},
    "": {"/messages": "/messages"},
}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_that_an_sdk_expects_in_its_base_url_is_added(version: str) -> None:
    route = Route("/x", "http://h", version)
    forwarded = {target: route.url(f"/x{target}").removeprefix("http://h") for target in VERSIONS[version]}
    assert forwarded == VERSIONS[version]


def test_the_longest_prefix_wins_and_ends_at_a_slash() -> None:
    rules = Rules((Route("/", "http://a"), Route("/x", "http://b"), Route("/x/y", "http://c")))
    chosen = [rules.route(target, ()) for target in ("/", "/x", "/xy", "/x/z?q", "/x/y", "/x/y/z")]
    assert [isinstance(route, Route) and route.upstream[-1] for route in chosen] == ["a", "b", "a", "b", "c", "c"]
    assert isinstance(Rules((Route("/x", "http://b"),)).route("/y", ()), Rejection)


def test_what_is_no_websocket_after_all_is_still_forwarded_both_ways() -> None:
    ask = (
        b"GET /v1/realtime?model=m HTTP/1.1\r\nHost: localhost\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    switched = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def echo() -> None:
            connection, _ = listening.accept()
            with connection:
                heads.append(connection.recv(65536))
                connection.sendall(switched + b"\x81\x02hi")
                while data := connection.recv(65536):
                    connection.sendall(data)

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        files = [Lines()]
        with proxying(Rules((Route("/", f"http://127.0.0.1:{port}"),)), Recorders(open=lambda _: files[0])) as proxy:
            here = Between(proxy, [], files)
            with here.connect() as client:
                client.sendall(ask)
                got = b""
                while len(got) < len(switched) + 4:
                    got += client.recv(65536)
                assert got == switched + b"\x81\x02hi"
                big = b"\x82\x7f" + b"x" * 1_000_000
                sender = threading.Thread(target=client.sendall, args=(big,))
                sender.start()
                back = b""
                while len(back) < len(big):
                    back += client.recv(65536)
                sender.join()
                assert back == big
            seen = here.recorded()
        thread.join(10)
    assert heads == [ask.replace(b"localhost", b"127.0.0.1:%d" % port)]
    assert seen.response is not None and seen.response.status == 101
    assert seen.frames.body == b"hi" and seen.sent == ()
    assert seen.end is not None and seen.end.reason == "client_abort"
    assert sum(b"is not recorded: a message of more than 64 MiB" in line for line in files[0].lines) == 2


@contextlib.contextmanager
def keeping(answers: int) -> Iterator[tuple[str, list[int]]]:
    """Yield the URL of an upstream that closes each connection after `answers` responses, and the connection of each request."""
    came: list[int] = []
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve(connection: socket.socket, number: int) -> None:
            with connection:
                for _ in range(answers):
                    data = b""
                    while not data.endswith(b"\r\n\r\n"):
                        if not (more := connection.recv(65536)):
                            return
                        data += more
                    came.append(number)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                connection.recv(1)  # closed when the next request arrives

        def run() -> None:
            number = 0
            while not over.is_set():
                connection, _ = listening.accept()
                number += 1
                threading.Thread(target=serve, args=(connection, number), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", came
        finally:
            over.set()
            socket.create_connection(listening.getsockname()).close()


def test_an_upstream_connection_is_reused_and_replaced_when_lost() -> None:
    get = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
    files: list[Lines] = []

    def opened(_: Request | None) -> Lines:
        files.append(Lines())
        return files[-1]

    with keeping(3) as (url, came), proxying(Rules((Route("/", url),)), Recorders(open=opened)) as proxy:
        here = Between(proxy, [], files)
        with here.connect() as client:
            for number in range(5):
                client.sendall(get)
                assert client.recv(65536).endswith(b"{}")
                seen = here.recorded(number)
                assert seen.end is not None and seen.end.reason == "eof"
                assert (seen.connected_at is None) == (number > 0)
                assert any(b"sent again" in line for line in files[number].lines) == (number == 3)
    assert came == [1, 1, 1, 2, 2]


def test_a_post_is_not_sent_twice() -> None:
    post = b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
    with keeping(1) as (url, came), proxying(Rules((Route("/", url),)), Recorders(open=lambda _: Lines())) as proxy:
        here = Between(proxy, [], [])
        with here.connect() as client:
            client.sendall(post)
            assert client.recv(65536).endswith(b"{}")
            client.sendall(post)
            assert client.recv(65536).startswith(b"HTTP/1.1 502 ")
    assert came == [1]


class FakeResolver:
    """Resolves every name to a given address."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET

        async def getaddrinfo(self: object, host: str, port: int, **_: object) -> list[Any]:
            place = (address, port, 0, 0) if ":" in address else (address, port)
            return [(family, socket.SOCK_STREAM, 6, "", place)]

        monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200"])
def test_a_name_that_resolves_to_a_metadata_service_is_rejected_on_connect(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    files = [Lines()]
    with proxying(Rules((Route("/", "http://harmless.example"),)), Recorders(open=lambda _: files[0])) as proxy:
        here = Between(proxy, [], files)
        FakeResolver(monkeypatch, address)
        answered = here.ask()
        monkeypatch.undo()
        seen = here.recorded()
    assert answered.startswith(b"HTTP/1.1 502 ") and b"--allow-link-local" in answered
    assert seen.end is not None and seen.end.reason == "refused"
    assert seen.end.error is not None and f"harmless.example resolves to {address}" in seen.end.error


@pytest.mark.parametrize("through_proxy", [False, True])
def test_an_upstream_behind_tls(through_proxy: bool, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    async def answer(connection: Any) -> None:
        await connection.head_of_stream("Transfer-Encoding: chunked")
        await connection.chunk(b"data: 1\n\n")
        await connection.last_chunk()

    files = [Lines()]
    with contextlib.ExitStack() as stack:
        url, requests = stack.enter_context(served(answer, context))
        place = stack.enter_context(tunnel()) if through_proxy else None
        settings = Settings(cacert=str(tmp_path / "ca.pem"), proxy=place and place.replace("//", "//user:pass@"))
        proxy = stack.enter_context(
            proxying(Rules((Route("/", url),)), Recorders(open=lambda _: files[0]), settings=settings)
        )
        here = Between(proxy, [], files)
        assert here.ask().endswith(b"\r\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n")
        seen = here.recorded()
    assert seen.frames.data == [b"data: 1\n\n"] and seen.end is not None and seen.end.reason == "eof"
    assert requests[0].body == b"{}"


def test_an_untrusted_certificate_is_rejected() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    async def answer(connection: Any) -> None:
        raise AssertionError("it was asked")

    files = [Lines()]
    with (
        served(answer, context) as (url, _),
        proxying(Rules((Route("/", url),)), Recorders(open=lambda _: files[0])) as proxy,
    ):
        here = Between(proxy, [], files)
        answered = here.ask()
        seen = here.recorded()
    assert answered.startswith(b"HTTP/1.1 502 ") and b"certificate" in answered
    assert seen.end is not None and seen.end.reason == "refused"


HOST = (("Host", "127.0.0.1:8789"),)
# method, target, headers: the status of the rejection, or the target of the request
GUARDED: dict[str, tuple[str, str, Any, int | str]] = {
    "the server's own address": ("POST", "/v1/x", HOST, "/v1/x"),
    "by name": ("POST", "/v1/x", (("host", "localhost"),), "/v1/x"),
    "IPv6": ("POST", "/v1/x", (("host", "[::1]:8789"),), "/v1/x"),
    "an allowed host name": ("POST", "/v1/x", (("host", "Proxy.Example"),), "/v1/x"),
    "a host name that resolves to this machine": ("POST", "/v1/x", (("host", "evil.example"),), 403),
    "a similar host name": ("POST", "/v1/x", (("host", "localhost.evil.example"),), 403),
    "a host name that contains ours": ("POST", "/v1/x", (("host", "evil.example@localhost"),), 403),
    "no host": ("POST", "/v1/x", (), 403),
    "two hosts": ("POST", "/v1/x", (*HOST, ("host", "evil.example")), 403),
    "a web page": ("POST", "/v1/x", (*HOST, ("Origin", "https://evil.example")), 403),
    "a web page from this machine": ("POST", "/v1/x", (*HOST, ("Origin", "http://localhost:3000")), 403),
    "a page without an origin": ("POST", "/v1/x", (*HOST, ("Origin", "null")), 403),
    "an image in a web page": ("GET", "/v1/models", (*HOST, ("Sec-Fetch-Site", "cross-site")), 403),
    "an image in a page from this machine": ("GET", "/v1/models", (*HOST, ("sec-fetch-site", "Same-Site")), 403),
    "an address typed by a person": ("GET", "/v1/models", (*HOST, ("Sec-Fetch-Site", "none")), "/v1/models"),
    "a page from the server itself": ("GET", "/v1/models", (*HOST, ("Sec-Fetch-Site", "same-origin")), "/v1/models"),
    "a tunnel": ("CONNECT", "evil.example:443", HOST, 405),
    "another server": ("GET", "http://evil.example/", HOST, 400),
    "another server without a scheme": ("GET", "//evil.example/", HOST, 400),
    "a star": ("OPTIONS", "*", HOST, 400),
    "..": ("GET", "/v1/../../etc", HOST, 400),
    ".., escaped": ("GET", "/v1/%2e%2e/x", HOST, 400),
    ".., escaped twice": ("GET", "/v1/%252e%252e/x", HOST, 400),
    ".. with an escaped slash": ("GET", "/v1/..%2fx", HOST, 400),
    "a path with .": ("GET", "/v1/./x", HOST, 400),
    "a backslash": ("GET", "/v1\\x", HOST, 400),
    "an escaped line feed": ("GET", "/v1%0ax", HOST, 400),
    "dots other than ..": ("GET", "/v1/gpt-3.5..turbo", HOST, "/v1/gpt-3.5..turbo"),
    "dots in the query": ("GET", "/v1?x=../..", HOST, "/v1?x=../.."),
}


@pytest.mark.parametrize(("method", "target", "headers", "expected"), GUARDED.values(), ids=GUARDED)
def test_guard(method: str, target: str, headers: Any, expected: int | str) -> None:
    checked = Guard.of("127.0.0.1", ["proxy.example"]).check(method, target, headers)
    assert (checked.status if isinstance(checked, Rejection) else checked) == expected


TOKENS: dict[str, tuple[str, Any, int | str]] = {
    "none": ("/v1/x", HOST, 401),
    "a wrong one": ("/v1/x", (*HOST, ("X-Streamkit-Token", "no")), 401),
    "in a header": ("/v1/x", (*HOST, ("x-streamkit-token", "s3cret")), "/v1/x"),
    "in the path": ("/t/s3cret/v1/x?y", HOST, "/v1/x?y"),
    "a wrong one in the path": ("/t/no/v1/x", HOST, 401),
    "in the path, followed by ..": ("/t/s3cret/../x", HOST, 400),
    "a character beyond ASCII": ("/t/s3crét/v1", HOST, 401),
}


@pytest.mark.parametrize(("target", "headers", "expected"), TOKENS.values(), ids=TOKENS)
def test_token(target: str, headers: Any, expected: int | str) -> None:
    checked = Guard.of("0.0.0.0", (), "s3cret").check("POST", target, headers)
    assert (checked.status if isinstance(checked, Rejection) else checked) == expected


@pytest.mark.parametrize(
    "ask",
    [
        ASK.replace(b"localhost", b"evil.example"),
        ASK.replace(b"\r\n\r\n", b"\r\nOrigin: https://evil.example\r\n\r\n"),
        ASK.replace(b"/v1/chat", b"http://127.0.0.1/v1/chat"),
        ASK.replace(b"/v1/chat", b"/v1/../chat"),
        b"CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_rejected_requests_do_not_reach_the_upstream(ask: bytes) -> None:
    with between(STREAM) as here:
        assert here.ask(ask)[9:12] in (b"400", b"403", b"405")
        assert not here.requests and not here.files


UPSTREAMS = {
    "https://api.openai.com/": "https://api.openai.com",
    "http://localhost:11434": "http://localhost:11434",
    "api.openai.com": None,
    "ftp://x": None,
    "https://user:pass@x": None,
    "https://x/?a=1": None,
    "https://x/../y": None,
    "http://169.254.169.254": None,
    "http://[fe80::1]": None,
    "http://metadata.google.internal": None,
    "http://METADATA.google.internal.": None,
    "http://[::ffff:169.254.169.254]": None,
    "http://[::ffff:a9fe:a9fe]": None,
    "http://[64:ff9b::169.254.169.254]": None,
    "http://[2002:a9fe:a9fe::1]": None,
    "http://[fe80::1%25eth0]": None,
    "http://[fd00:ec2::254]": None,
    "http://2852039166": None,
    "http://0xA9FEA9FE": None,
    "http://0251.0376.0251.0376": None,
    "http://169.254.43518": None,
    "http://100.100.100.200": None,
    "http://192.0.0.192": None,
    "http://168.63.129.16": None,
    "http://[::ffff:127.0.0.1]:1": "http://[::ffff:127.0.0.1]:1",
    "http://100.100.100.201": "http://100.100.100.201",
}


@pytest.mark.parametrize(("url", "expected"), UPSTREAMS.items())
def test_upstream_urls(url: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(UsageError, match=r"invalid upstream|link-local"):
            check_upstream(url)
    else:
        assert check_upstream(url) == expected
    assert check_upstream("http://169.254.169.254", allow_link_local=True)


NAMES = {
    ("https://api.openai.com/v1/chat/completions", "gpt-4o"): "api.openai.com-v1-chat-completions-gpt-4o",
    ("http://127.0.0.1:1/v1", "../../etc/passwd"): "127.0.0.1-v1-etc-passwd",
    ("http://x/%2e%2e/..;/", "a\x00b\n..\\c"): "x-2e-2e-a-b-c",
    ("http://x/" + "p" * 300, "м" * 9): "x-" + "p" * 40,
    ("http://x/", "org/model:free"): "x-org-model-free",
}


@pytest.mark.parametrize(("target", "name"), NAMES.items())
def test_file_names(target: tuple[str, str], name: str) -> None:
    from datetime import UTC, datetime

    url, model = target
    made = file_name(datetime(2026, 1, 2, 3, 4, 5, 678, UTC), Request("POST", url, (), Body("json", {"model": model})))
    stem, _, digest = made.removesuffix(".jsonl").rpartition("-")
    assert (stem, len(digest)) == (f"20260102T030405.000678Z-{name}", 8)


def test_one_file_holds_all_exchanges_each_contiguous(tmp_path: Path, still_loops: list[StillLoop]) -> None:
    target = tmp_path / "session.jsonl"
    with contextlib.ExitStack() as clients, in_thread(Server(lambda _: SLOW)) as server:
        recorders = Recorders(open=one_file(str(target)))
        with proxying(Rules((Route("/", server.url),)), recorders) as proxy:
            upstream = still_loops[0]
            here = Between(proxy, [], [])
            at_once = [clients.enter_context(here.connect()) for _ in range(8)]
            for client in at_once:
                client.sendall(ASK)
            for number in range(8):  # the frames of the eight streams come in turns
                for client in at_once:
                    received(client, b"data: %d" % number)
                upstream.move(1)
            for client in at_once:
                received(client, b"0\r\n\r\n")
    exchanges = list(recording.read(target.read_bytes().splitlines(keepends=True)))
    assert [len(one.frames) for one in exchanges] == [8] * 8
    assert not any(one.damage for one in exchanges)
    assert [file.name for file in tmp_path.iterdir()] == ["session.jsonl"]


def test_a_failing_disk_does_not_stop_the_proxy(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file where a folder should be")
    errors: list[str] = []
    with in_thread(Server(lambda _: STREAM)) as upstream:
        recorders = Recorders(open=a_file_each(str(tmp_path / "folder")), on_error=errors.append)
        with proxying(Rules((Route("/", upstream.url),)), recorders) as proxy:
            assert Between(proxy, [], []).ask().endswith(WIRE + b"0\r\n\r\n")
    assert len(errors) == 1 and "unrecorded" in errors[0]


AT_ONCE = Options(match="path")


def test_auto_answers_recorded_requests_and_records_others() -> None:
    statuses = iter([429, 200, 200])

    def upstream(_: Request) -> Sequence[Step]:
        return [Head(0, next(statuses), SSE), *STREAM[1:]]

    with between(upstream, playing=Playing("auto", (), AT_ONCE)) as here:
        answers = []
        for number in range(4):
            answers.append(here.ask())
            if number < 2:
                here.recorded(number)
    assert [answer[9:12] for answer in answers] == [b"429", b"200", b"200", b"200"]
    assert len(here.requests) == 2
    assert answers[1].partition(b"\r\n\r\n")[2] == answers[3].partition(b"\r\n\r\n")[2]


def test_replay_never_contacts_the_upstream() -> None:
    recorded = exchange(b"data: 1\n\n", body={})
    with between(STREAM, playing=Playing("replay", [recorded])) as here:
        assert b"9\r\ndata: 1\n\n\r\n" in here.ask()
        assert here.ask(ASK.replace(b"completions", b"other")).startswith(b"HTTP/1.1 404")
        assert not here.requests and not here.files


def test_a_slow_client_slows_the_upstream_without_filling_memory() -> None:
    piece = b"x" * 65536
    written: list[int] = []

    class Counted(Lines):
        def write(self, data: bytes) -> None:
            written.append(len(data))

    big = [Head(0, 200, SSE), *(Write(0, piece) for _ in range(1000)), Finish(0)]
    with contextlib.ExitStack() as stack:
        upstream = stack.enter_context(in_thread(Server(lambda _: big)))
        rules = Rules((Route("/", upstream.url),))
        proxy = stack.enter_context(proxying(rules, Recorders(open=lambda _: Counted())))
        client = stack.enter_context(Between(proxy, [], []).connect())
        client.sendall(ASK)
        client.recv(1)
        settled(lambda: len(written))
        assert sum(written) < 40 << 20


def test_tls_with_a_certificate_file(tmp_path: Path) -> None:
    trustme = pytest.importorskip("trustme")
    ssl = pytest.importorskip("ssl")
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with socket.create_server(("127.0.0.1", 0)) as upstream:

        def answer() -> None:
            for _ in range(2):
                connection, _ = upstream.accept()
                with (
                    contextlib.suppress(ssl.SSLError, ConnectionError),
                    context.wrap_socket(connection, True) as secure,
                ):
                    secure.recv(65536)
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        thread = threading.Thread(target=answer)
        thread.start()
        rules = Rules((Route("/", f"https://127.0.0.1:{upstream.getsockname()[1]}"),))
        for settings, expected in ((Settings(), b"502"), (Settings(cacert=str(tmp_path / "ca.pem")), b"200")):
            with proxying(rules, Recorders(open=lambda _: Lines()), settings=settings) as proxy:
                assert Between(proxy, [], []).ask()[9:12] == expected
        thread.join()


def test_nothing_is_forwarded_before_it_is_written() -> None:
    writing, go = threading.Event(), threading.Event()

    class Slow(Lines):
        def write(self, data: bytes) -> None:
            if b"data: 0" in data:
                writing.set()
                assert go.wait(SAFETY_S)
            super().write(data)

    with (
        in_thread(Server(lambda _: STREAM)) as upstream,
        proxying(Rules((Route("/", upstream.url),)), Recorders(open=lambda _: Slow())) as proxy,
        Between(proxy, [], []).connect() as client,
    ):
        client.sendall(ASK)
        assert writing.wait(SAFETY_S)
        got = b""
        while select.select([client], [], [], 0)[0]:
            got += client.recv(65536)
        assert b"data: 0" not in got
        go.set()
        received(client, b"data: 4\n\n\r\n")


def test_a_file_that_becomes_unwritable_does_not_stop_the_proxy() -> None:
    complaints: list[str] = []
    over: list[Outcome] = []

    class Full(Lines):
        full = 0

        def write(self, data: bytes) -> None:
            super().write(data)
            if len(self.lines) >= 4:
                self.full += 1
                raise OSError(28, "No space left on device")

    full = Full()
    with in_thread(Server(lambda _: STREAM)) as upstream:
        recorders = Recorders(open=lambda _: full, on_end=over.append, on_error=complaints.append)
        with proxying(Rules((Route("/", upstream.url),)), recorders) as proxy:
            answer = Between(proxy, [], []).ask()
            until(lambda: over)
    assert answer.endswith(WIRE + b"0\r\n\r\n")
    assert complaints == ["the exchange continues unrecorded: [Errno 28] No space left on device"]
    assert full.full == 1, "nothing is written after what could not be"
    assert (over[0].path, over[0].lost, over[0].reason, over[0].frames) == ("memory.jsonl", True, "eof", 5)
