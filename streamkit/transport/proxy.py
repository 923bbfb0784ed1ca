"""A recording reverse proxy: forwards every byte as soon as it arrives, and reports it to a listener.

Upstreams are fixed at the start; a request chooses only path and body. A client that disconnects does not end the exchange:
the upstream is read to the end, because a complete recording is worth more than a partial one.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import field
from functools import partial
from urllib.parse import urlsplit

from streamkit.frozen import dataclass
from streamkit.model.exchange import Headers, Request
from streamkit.model.limits import LARGEST_REQUEST, LARGEST_REQUEST_COPY
from streamkit.model.step import Step
from streamkit.transport._heads import HOP_BY_HOP, RequestHead, tokens
from streamkit.transport._playback import play
from streamkit.transport.client import Settings
from streamkit.transport.connection import Connection, Incoming
from streamkit.transport.guard import TOKEN_HEADER, Guard, Rejection, token_path
from streamkit.transport.relay import ProxyListener, Relay
from streamkit.transport.server import address, listen
from streamkit.transport.upstream import ConnectionPool, UpstreamAddress

__all__ = ["Proxy", "ProxyListener", "Route", "Rules"]

# Request headers of the client's own connection, and the token. Transfer-Encoding is forwarded together with the body.
_NOT_FORWARDED = (HOP_BY_HOP - {"transfer-encoding"}) | {"expect", TOKEN_HEADER.lower()}
_VERSION = re.compile(r"v\d+[a-z]*\d*")
_ENDPOINTS = frozenset(("chat", "completions", "embeddings", "messages", "models", "responses"))
_ALWAYS_FORWARDED = frozenset(("host", "content-length", "transfer-encoding"))  # even if a Connection header lists them


@dataclass(frozen=True, slots=True)
class Route:
    """Send requests whose path begins with `prefix` to `upstream` (a URL without a trailing slash).

    `version` is the beginning of the upstream's paths (`/v1`), if some of its SDKs expect it at the end of their base URL and
    others do not, although they read the same variable: it is added to paths without a version.
    """

    prefix: str
    upstream: str
    version: str = ""

    def url(self, target: str) -> str:
        """Return the upstream's URL for a target under the prefix. A version that both contain (`/v1`) appears once."""
        rest = target[len(self.prefix) :]
        if not rest.startswith("/"):
            rest = "/" + rest
        last = urlsplit(self.upstream).path.rpartition("/")[2]
        if last and (rest == f"/{last}" or rest.startswith(f"/{last}/")):
            rest = rest[len(last) + 1 :]
        return self.upstream + _versioned(rest, self.version)


def _versioned(target: str, version: str) -> str:
    """Return a target with the version that it lacks: `/v1/messages` for `/messages`."""
    path = target.partition("?")[0]
    if not version or any(_VERSION.fullmatch(part) for part in path.split("/")):
        return target
    parts = version.split("/")
    begun = max(
        (begin for end in range(len(parts)) if path.startswith(f"{(begin := '/'.join(parts[:end]))}/")), key=len
    )
    endpoint = path.removeprefix(begun).split("/")[1]
    return version + target.removeprefix(begun) if endpoint in _ENDPOINTS else target


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of a proxy.

    `routes`: where requests go; the longest prefix wins. `guard`: who may send requests. `stop_with_client`: abort the
    upstream when the client disconnects. `keep_host`: forward the client's Host instead of the upstream's.
    `allow_link_local`: allow upstreams on link-local and metadata addresses. `max_body`: bytes of a request's body.
    `routing`: where requests go that no route fits, given the target and the headers, or why they are rejected.
    """

    routes: tuple[Route, ...]
    guard: Guard = field(default_factory=Guard)
    stop_with_client: bool = False
    keep_host: bool = False
    allow_link_local: bool = False
    max_body: int = LARGEST_REQUEST
    routing: Callable[[str, Headers], Route | Rejection] | None = None

    def route(self, target: str, headers: Headers) -> Route | Rejection:
        """Return the route of a request, or why there is none."""
        path = target.partition("?")[0]
        fitting = [
            route for route in self.routes if path == route.prefix or path.startswith(route.prefix.rstrip("/") + "/")
        ]
        if fitting:
            return max(fitting, key=lambda route: len(route.prefix))
        if self.routing is not None:
            return self.routing(target, headers)
        prefixes = ", ".join(route.prefix for route in self.routes)
        return Rejection(404, f"no route for {path}: expected a path under {prefixes}")


class Proxy:
    """A listening proxy.

    `listener` returns the listener of one exchange; `answer` returns steps that answer a request without the upstream, or
    None to forward it. Both are called in the proxy's thread with the request, whose URL is the upstream's, and must not
    block. With `shared`, several processes can listen on one port. `stopped_by` returns the name of the signal that has asked
    this process to stop, or None.
    """

    name = "proxy"

    def __init__(
        self,
        rules: Rules,
        listener: Callable[[Request], ProxyListener],
        *,
        answer: Callable[[Request], Sequence[Step] | None] = lambda _: None,
        settings: Settings | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        shared: bool = False,
        stopped_by: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._rules = rules
        self.max_body = rules.max_body
        self._stopped_by = stopped_by
        self._listener = listener
        self._answer = answer
        self._settings = settings or Settings()
        self._host = host
        self.port = port
        self._shared = shared
        self._pool = ConnectionPool(self._settings, allow_link_local=rules.allow_link_local)
        self._origins: dict[str, UpstreamAddress] = {
            route.upstream: UpstreamAddress.of(route.upstream) for route in rules.routes
        }
        self._running: set[Relay] = set()

    @property
    def url(self) -> str:
        """The base URL of the proxy, including the token if one is required."""
        return f"http://{address(self._host)}:{self.port}{token_path(self._rules.guard.token)}"

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Proxy]:
        """Listen until the context ends; exchanges still running are then aborted and recorded as interrupted."""
        async with listen(self, self._host, self.port, shared=self._shared) as port:
            self.port = port
            try:
                yield self
            finally:
                self.close()

    def close(self) -> None:
        """Interrupt the exchanges that still run, and close the connections to upstreams."""
        for relay in list(self._running):
            relay.interrupt()
        self._pool.close()

    def admit(self, head: RequestHead) -> Rejection | str:
        """Return the target of the request, or why it is rejected."""
        rules = self._rules
        target = rules.guard.check(head.method, head.target, head.headers)
        if isinstance(target, str) and isinstance(route := rules.route(target, head.headers), Rejection):
            return route
        return target

    def serve(self, connection: Connection, request: Incoming) -> None:
        """Answer from a recording, or forward the request."""
        route = self._rules.route(request.target, request.head.headers)
        assert isinstance(route, Route), "admit() rejects a request without a route"
        head, url = request.head, route.url(request.target)
        received = Request(head.method, url, head.headers, request.decoded())
        steps = self._answer(received)
        if steps is not None:
            play(connection, request, steps)
            return
        origin = self._origins.get(route.upstream) or self._origins.setdefault(
            route.upstream, UpstreamAddress.of(route.upstream)
        )
        listener = self._listener(received)
        if request.body and received.body is None:
            listener.note(
                {
                    "said": f"the request body of {len(request.body)} bytes is not recorded: more than {LARGEST_REQUEST_COPY >> 20} MiB"
                }
            )
        relay = Relay(
            self._pool,
            origin,
            connection,
            request,
            request_head=partial(self._request_head, request.head, url, origin),
            listener=listener,
            settings=self._settings,
            stop_with_client=self._rules.stop_with_client,
            stopped_by=self._stopped_by,
            on_end=self._running.discard,
        )
        self._running.add(relay)
        connection.responder = relay
        relay.start()

    def _request_head(self, head: RequestHead, url: str, origin: UpstreamAddress, absolute: bool) -> bytes:
        """Return the head to send upstream: the client's bytes, with a new target and without hop-by-hop headers."""
        path = url.partition("://")[2].partition("/")[2]
        target = f"{origin.scheme}://{origin.authority}/{path}" if absolute else f"/{path}"
        lines = forwarded_lines(head, None if self._rules.keep_host else origin.authority)
        first = f"{head.method} {target} HTTP/{head.http}".encode("ascii")
        return b"\r\n".join([first, *lines, b"", b""])


def forwarded_lines(head: RequestHead, host: str | None) -> list[bytes]:
    """Return the raw header lines of a request that are forwarded; `host`, unless None, replaces the value of Host."""
    dropped = _NOT_FORWARDED | (set(tokens(head.headers, "connection")) - _ALWAYS_FORWARDED)
    if head.websocket:
        # Without the offer of an extension, messages are not compressed, and can be recorded.
        dropped = (dropped - {"connection", "upgrade"}) | {"sec-websocket-extensions"}
    kept = []
    for line in head.lines:
        name = line.partition(b":")[0].decode("latin-1").lower()
        if name == "host" and host is not None:
            line = line[: len(name)] + b": " + host.encode("idna" if not host.isascii() else "ascii")
        if name not in dropped:
            kept.append(line)
    return kept
