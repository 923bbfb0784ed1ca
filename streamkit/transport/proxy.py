"""The recording reverse proxy: passes every byte on the moment it arrives, and tells a listener what it saw.

The upstream is fixed when it starts; a request chooses nothing but path and body. A client that leaves does not end the
exchange: the upstream is read to its end, for a recording of half a stream is worth less than one of a whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from streamkit.model.exchange import Request
from streamkit.model.step import Step
from streamkit.transport._heads import HOP_BY_HOP, RequestHead, tokens
from streamkit.transport._playing import play
from streamkit.transport.client import Settings
from streamkit.transport.connection import Connection, Incoming
from streamkit.transport.guard import TOKEN_HEADER, Guard, Refusal, token_path
from streamkit.transport.relay import ProxyListener, Relay
from streamkit.transport.server import address, listen
from streamkit.transport.upstream import Origin, Pool

__all__ = ["Proxy", "ProxyListener", "Route", "Rules"]

# Of a request's headers, those of the client's own connection, and the token. How the body is framed is passed on with it.
_NOT_SENT_ON = (HOP_BY_HOP - {"transfer-encoding"}) | {"expect", TOKEN_HEADER.lower()}
_NEVER_NAMED = frozenset(("host", "content-length", "transfer-encoding"))  # whatever a Connection header says


@dataclass(frozen=True, slots=True)
class Route:
    """Requests whose path begins with `prefix` go to `upstream` (a URL without a slash at its end)."""

    prefix: str
    upstream: str

    def url(self, target: str) -> str:
        """The upstream's URL for a target under the prefix. A version that both name (`/v1`) stands there once."""
        rest = target[len(self.prefix) :]
        if not rest.startswith("/"):
            rest = "/" + rest
        last = urlsplit(self.upstream).path.rpartition("/")[2]
        if last and (rest == f"/{last}" or rest.startswith(f"/{last}/")):
            rest = rest[len(last) + 1 :]
        return self.upstream + rest


@dataclass(frozen=True, slots=True)
class Rules:
    """How a proxy works.

    `routes`: where requests go, the longest prefix wins. `guard`: who may ask. `stop_with_client`: whether the upstream is
    left when the client leaves. `keep_host`: whether the client's Host is passed on, and not the upstream's put in its
    place. `anywhere`: whether the upstream may be an address that keeps credentials.
    """

    routes: tuple[Route, ...]
    guard: Guard = field(default_factory=Guard)
    stop_with_client: bool = False
    keep_host: bool = False
    anywhere: bool = False

    def route(self, target: str) -> Route | None:
        """The route of a target, or None."""
        path = target.partition("?")[0]
        fitting = [
            route for route in self.routes if path == route.prefix or path.startswith(route.prefix.rstrip("/") + "/")
        ]
        return max(fitting, key=lambda route: len(route.prefix), default=None)


class Proxy:
    """A listening proxy. `listener` gives what listens to one exchange; `answer` steps that answer without asking upstream, or None.

    Both are called in the proxy's thread and must not wait. The listener is given the request with the upstream's URL.
    `shared` lets several processes listen on one port.
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
    ) -> None:
        self._rules = rules
        self._listener = listener
        self._answer = answer
        self._settings = settings or Settings()
        self._host = host
        self.port = port
        self._shared = shared
        self._pool = Pool(self._settings, anywhere=rules.anywhere)
        self._origins = {route.upstream: Origin.of(route.upstream) for route in rules.routes}
        self._running: set[Relay] = set()

    @property
    def url(self) -> str:
        """Where it listens: what a base URL begins with, the token in it where one is required."""
        return f"http://{address(self._host)}:{self.port}{token_path(self._rules.guard.token)}"

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Proxy]:
        """Listen until the context ends; what is still running is then cut and recorded as interrupted."""
        async with listen(self, self._host, self.port, shared=self._shared) as port:
            self.port = port
            try:
                yield self
            finally:
                for relay in list(self._running):
                    relay.interrupt()
                self._pool.close()

    def admit(self, head: RequestHead) -> Refusal | str:
        """The target that is asked for, or why the request is refused."""
        rules = self._rules
        target = rules.guard.check(head.method, head.target, head.headers)
        if isinstance(target, str) and rules.route(target) is None:
            prefixes = ", ".join(route.prefix for route in rules.routes)
            return Refusal(404, f"no route for {target.partition('?')[0]}: there are {prefixes}")
        return target

    def serve(self, connection: Connection, request: Incoming) -> None:
        """Answer from what is recorded, or pass the request on."""
        route = self._rules.route(request.target)
        assert route is not None, "what has no route was refused"
        head, url = request.head, route.url(request.target)
        asked = Request(head.method, url, head.headers, request.decoded())
        steps = self._answer(asked)
        if steps is not None:
            play(connection, request, steps)
            return
        origin = self._origins[route.upstream]
        relay = Relay(
            self._pool,
            origin,
            connection,
            request,
            request_head=partial(self._request_head, request.head, url, origin),
            listener=self._listener(asked),
            settings=self._settings,
            stop_with_client=self._rules.stop_with_client,
            over=self._running.discard,
        )
        self._running.add(relay)
        connection.answering = relay
        relay.start()

    def _request_head(self, head: RequestHead, url: str, origin: Origin, absolute: bool) -> bytes:
        """A request's head as the upstream gets it: the client's bytes, but for where it goes and what was the connection's own."""
        path = url.partition("://")[2].partition("/")[2]
        target = f"{origin.scheme}://{origin.authority}/{path}" if absolute else f"/{path}"
        lines = sent_on(head, None if self._rules.keep_host else origin.authority)
        first = f"{head.method} {target} HTTP/{head.http}".encode("ascii")
        return b"\r\n".join([first, *lines, b"", b""])


def sent_on(head: RequestHead, host: str | None) -> list[bytes]:
    """The header lines of a request that go on, as they came; `host` takes the place of the value of Host, unless None."""
    dropped = _NOT_SENT_ON | (set(tokens(head.headers, "connection")) - _NEVER_NAMED)
    if head.websocket:
        dropped -= {"connection", "upgrade"}
    kept = []
    for line in head.lines:
        name = line.partition(b":")[0].decode("latin-1").lower()
        if name == "host" and host is not None:
            line = line[: len(name)] + b": " + host.encode("idna" if not host.isascii() else "ascii")
        if name not in dropped:
            kept.append(line)
    return kept
