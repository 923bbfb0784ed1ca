"""An HTTP client that sends one request and reports every event, with its time, to a listener.

HTTP and TLS are aiohttp's; it is imported when the first request is sent. Network failures do not raise: a refused
connection, a reset or a timeout is one way in which an exchange ends, and is reported as its end.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import field, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.model.exchange import Headers
from streamkit.transport._network_errors import EndOfExchange, RedirectFailed, report_end, single_spaced
from streamkit.transport.arrivals import arrivals
from streamkit.transport.conversation import Conversation, is_websocket
from streamkit.transport.kernel_clock import ArrivalClock, ReadClock, make_socket, stamped_socket
from streamkit.transport.tls import client_context

if TYPE_CHECKING:
    import aiohttp

MAX_REDIRECTS = 10
_CROSS_ORIGIN_HEADERS = frozenset(["accept", "accept-encoding", "content-type", "user-agent"])
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_INVALID_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # section 5.5
_HEADER_LIMIT = 64 * 1024  # bytes of one header line
_BUFFER = 256 * 1024  # bytes buffered before reading from the connection is paused


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to send. No headers other than `headers`, Host and Content-Length are sent; `body` None sends no body.

    With a `ws` or `wss` URL, it is the handshake of a WebSocket, over which `conversation` is held.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None
    conversation: Conversation = field(default_factory=Conversation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How requests are sent; times in seconds. With `proxy` None, the environment's proxy is used, if any.

    With `decode` False, bodies are reported in the content coding in which they were received.
    `max_time` limits the whole exchange, `idle_timeout` any silence on the connection.
    """

    insecure: bool = False
    cacert: str | None = None
    proxy: str | None = None
    redirects: bool = False
    max_time: float | None = None
    idle_timeout: float | None = None
    decode: bool = True


class Listener(Protocol):
    """Receives the events of one exchange: `start`, then `response` if there is one, each `frame`, and always `end` last.

    Times are nanoseconds since just before name resolution and connect. `start` is called when the request has been sent or
    has failed; `connected_at` is None if a connection was reused, `sent_at` if nothing was sent. `clock` names the clock of
    the times of the response and its frames.
    """

    def start(self, connected_at: int | None, sent_at: int | None, clock: ReadClock = "monotonic") -> None:
        """The request has been sent, or could not be sent."""
        ...

    def response(self, at: int, status: int, http: str, headers: Headers) -> None:
        """The status line and the headers, verbatim and in order, have arrived."""
        ...

    def frame(self, data: bytes, at: int) -> None:
        """A frame of the body has arrived."""
        ...

    def end(self, at: int, reason: str, error: str | None) -> None:
        """The exchange has ended; `reason` is one of `model.exchange.END_REASONS`."""
        ...

    def note(self, fields: Mapping[str, Any]) -> None:
        """Add a note for readers of the recording."""
        ...


@dataclass(slots=True)
class _Timing:
    """The timestamps of one exchange, in nanoseconds since just before name resolution and connect."""

    clock: ArrivalClock = field(default_factory=ArrivalClock)
    connected: int | None = None
    sent: int | None = None


# The exchange for which a connection is being made.
_TIMING: ContextVar[_Timing] = ContextVar("_TIMING")


class Client:
    """Send requests with one set of settings; connections are reused if the server allows it.

    An async context manager. Raises UsageError for an invalid URL or certificate file; `check` finds them beforehand.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    async def __aenter__(self) -> Client:
        import aiohttp

        settings = self.settings
        self._session = aiohttp.ClientSession(
            connector=_connector(settings),
            timeout=aiohttp.ClientTimeout(total=settings.max_time, sock_read=settings.idle_timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=_BUFFER,
            auto_decompress=settings.decode,
            max_line_size=_HEADER_LIMIT,
            max_field_size=_HEADER_LIMIT,
            trace_configs=[_tracing()],
            skip_auto_headers=["Accept", "Accept-Encoding", "User-Agent", "Content-Type"],
        )
        self._proxies: dict[tuple[str, str], str | None] = {}
        # Names are resolved in a thread; starting it should not count as time of the exchange.
        try:
            await asyncio.get_running_loop().run_in_executor(None, getproxies)
        except asyncio.CancelledError:
            await self._session.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def _environment_proxy(self, url: str) -> str | None:
        """Return the environment's proxy for this URL, looked up once per host.

        aiohttp would look it up for every request, in a thread, and would add credentials from a netrc file to a request
        that has its own.
        """
        parts = urlsplit(url)
        origin = parts.scheme, parts.hostname or ""
        if origin not in self._proxies:
            self._proxies[origin] = None if proxy_bypass(origin[1]) else getproxies().get(origin[0])
        return self._proxies[origin]

    async def send(self, outgoing: Outgoing, listener: Listener) -> None:
        """Send one request and report its events to `listener`. Raises only what the listener raises, and CancelledError."""
        check_url(outgoing.url)
        timing = _Timing()
        _TIMING.set(timing)
        reporter = _Reporter(listener, timing)
        await report_end(self._follow(outgoing, reporter), reporter.end)

    async def _follow(self, outgoing: Outgoing, reporter: _Reporter) -> EndOfExchange:
        for _ in range(MAX_REDIRECTS + 1):
            following = await self._send_one(outgoing, reporter)
            if following is None:
                return "eof", None
            reporter.listener.note({"said": "redirected", "from": outgoing.url, "to": following.url})
            outgoing = following
        raise RedirectFailed(f"more than {MAX_REDIRECTS} redirects")

    async def _send_one(self, outgoing: Outgoing, reporter: _Reporter) -> Outgoing | None:
        """Send one request and read its response; return the next request if a redirect is to be followed."""
        async with self._session.request(
            outgoing.method,
            outgoing.url,
            headers=outgoing.headers,
            data=outgoing.body,
            allow_redirects=False,
            proxy=self.settings.proxy or self._environment_proxy(outgoing.url),
            trace_request_ctx=reporter.timing,
        ) as response:
            at = reporter.timing.clock.arrived()
            if self.settings.redirects and (following := _redirected(outgoing, response)) is not None:
                await response.read()
                return following
            version = response.version
            http = f"{version.major}.{version.minor}" if version else "1.1"
            headers = tuple((_text(name), _text(value)) for name, value in response.raw_headers)
            reporter.response(at, response.status, http, headers)
            coding = response.headers.get("Content-Encoding", "identity").lower()
            if coding != "identity" and self.settings.decode:
                reporter.listener.note(
                    {"said": "the body was compressed and is stored decoded", "content-encoding": coding}
                )
            async for data, at in arrivals(response, reporter.timing.clock.arrived):
                reporter.listener.frame(data, at)
        return None


@dataclass(slots=True)
class _Reporter:
    """Reports one exchange to its listener: in order, and its end exactly once."""

    listener: Listener
    timing: _Timing
    started: bool = False

    def start(self) -> None:
        if not self.started:
            self.started = True
            self.listener.start(self.timing.connected, self.timing.sent, self.timing.clock.name)

    def response(self, at: int, status: int, http: str, headers: Headers) -> None:
        self.start()
        self.listener.response(at, status, http, headers)

    def end(self, reason: str, error: str | None) -> None:
        at = self.timing.clock.now()
        self.start()
        self.listener.end(at, reason, error)


def _tracing() -> aiohttp.TraceConfig:
    """Record when name resolution began, when the connection was established and when the request was completely sent."""
    import aiohttp

    async def connecting(session: object, context: Any, params: object) -> None:
        # What aiohttp does before it connects (milliseconds at its first request) does not count as time of the exchange.
        timing: _Timing = context.trace_request_ctx
        if timing.connected is None:
            timing.clock.began = time.monotonic_ns()

    async def connected(session: object, context: Any, params: object) -> None:
        timing: _Timing = context.trace_request_ctx
        timing.connected = timing.clock.now()

    async def sent(session: object, context: Any, params: object) -> None:
        timing: _Timing = context.trace_request_ctx
        timing.sent = timing.clock.sent()

    tracing = aiohttp.TraceConfig()
    tracing.on_connection_create_start.append(connecting)
    tracing.on_connection_create_end.append(connected)
    tracing.on_request_headers_sent.append(sent)
    tracing.on_request_chunk_sent.append(sent)
    return tracing


def _connector(settings: Settings) -> aiohttp.TCPConnector:
    """Return a connector whose sockets keep the kernel's arrival times and pass them to the clock of the exchange."""
    import aiohttp

    class Connector(aiohttp.TCPConnector):
        async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
            connection = await super().connect(req, traces, timeout)
            _TIMING.get().clock.socket = stamped_socket(connection.transport)
            return connection

    return Connector(limit=0, ssl=_tls(settings), socket_factory=make_socket)


def _tls(settings: Settings) -> Any:
    """Return aiohttp's `ssl` argument: the system's certificates, those of a file, or no verification."""
    if settings.insecure:
        return False
    return True if settings.cacert is None else client_context(settings.cacert)


def check_request(outgoing: Outgoing, settings: Settings) -> None:
    """Raise UsageError for a request that cannot be sent, before a file is created or anything is sent."""
    check_url(outgoing.url.replace("ws", "http", 1) if is_websocket(outgoing.url) else outgoing.url)
    if settings.proxy is not None:
        check_url(settings.proxy)
    if not _TOKEN.fullmatch(outgoing.method):
        raise UsageError(f"invalid HTTP method {outgoing.method!r}")
    for name, value in outgoing.headers:
        if not _TOKEN.fullmatch(name) or _INVALID_VALUE.search(value):
            raise UsageError(f"invalid header {name!r}: a name is a token, and a value has no control characters")
    _tls(settings)


def check_url(url: str) -> None:
    """Raise UsageError unless this is an http or https URL."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{url}: not an http or https URL")


def _redirected(outgoing: Outgoing, response: aiohttp.ClientResponse) -> Outgoing | None:
    """Return the request that follows a redirect, as curl makes it; credentials are not sent to another origin."""
    location = response.headers.get("Location")
    if response.status not in (301, 302, 303, 307, 308) or location is None:
        return None
    try:
        url = str(response.url.join(type(response.url)(location)))
        check_url(url)
    except (ValueError, UsageError):
        raise RedirectFailed(f"redirect to {single_spaced(location)!r}, which is not an http or https URL") from None
    following = replace(outgoing, url=url)
    if response.status in (301, 302, 303) and outgoing.method not in ("GET", "HEAD"):
        headers = tuple(pair for pair in outgoing.headers if pair[0].lower() != "content-type")
        following = Outgoing("GET", url, headers)
    if _origin(url) != _origin(outgoing.url):
        kept = tuple(pair for pair in following.headers if pair[0].lower() in _CROSS_ORIGIN_HEADERS)
        following = replace(following, headers=kept)
    return following


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8")
