"""The client: sends one request and tells a listener what happens and when, to the end whatever that is.

aiohttp does HTTP and TLS; it is imported when the first request is sent. Nothing is raised for what a network does: a
refused connection, a reset, a timeout are ends of an exchange and are told like one.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from streamkit.errors import UsageError
from streamkit.model.exchange import Headers
from streamkit.transport.arrivals import arrivals
from streamkit.transport.kernel_clock import ArrivalClock, Clock, make_socket, stamped_socket
from streamkit.transport.tls import client_context

if TYPE_CHECKING:
    import aiohttp

MOST_REDIRECTS = 10
_KEPT_ELSEWHERE = frozenset(["accept", "accept-encoding", "content-type", "user-agent"])
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_NO_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # section 5.5
_HEADER_LIMIT = 64 * 1024  # bytes of one header line
_BUFFER = 256 * 1024  # bytes read ahead of us before the connection is made to wait


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to be sent: `headers` are all that are sent besides Host and Content-Length; `body` None sends none."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How requests are sent; times in seconds. `proxy` None takes the one of the environment, if any.

    `decode` False hands the body over in the content coding that it came in.
    `max_time` is for the whole exchange, `idle_timeout` for any silence on the connection.
    """

    insecure: bool = False
    cacert: str | None = None
    proxy: str | None = None
    redirects: bool = False
    max_time: float | None = None
    idle_timeout: float | None = None
    decode: bool = True


class Listener(Protocol):
    """Hears of one exchange: `start`, then `response` if one came, `frame` by `frame`, and `end`, always and last.

    Times are nanoseconds after `send` was called, just before name look-up and connect. `start` comes once the request is sent, or
    could not be; `connected_at` is None where a connection was used again, `sent_at` where nothing was sent. `clock` tells
    whose time those of the response and of frames are.
    """

    def start(self, connected_at: int | None, sent_at: int | None, clock: Clock = "monotonic") -> None:
        """The request is on its way, or failed to be."""
        ...

    def response(self, at: int, status: int, http: str, headers: Headers) -> None:
        """Status line and headers have come, verbatim and in order."""
        ...

    def frame(self, data: bytes, at: int) -> None:
        """A frame of the body has come."""
        ...

    def end(self, at: int, reason: str, error: str | None) -> None:
        """It is over; `reason` is one of `model.exchange.END_REASONS`."""
        ...

    def note(self, fields: Mapping[str, Any]) -> None:
        """Something that a reader of the recording may want to know."""
        ...


@dataclass(slots=True)
class _Sending:
    """The stamps of one exchange, which begins just before name look-up and connect; in nanoseconds after that."""

    clock: ArrivalClock = field(default_factory=ArrivalClock)
    connected: int | None = None
    sent: int | None = None


# The exchange for which a connection is asked.
_SENDING: ContextVar[_Sending] = ContextVar("_SENDING")


class Client:
    """Sends requests with one set of settings; connections are used again where the server allows it.

    An async context manager. Raises UsageError for a URL or a certificate file that cannot be used; `check` tells before.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()

    async def __aenter__(self) -> Client:
        import aiohttp

        settings = self._settings
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
        # Names are looked up in a thread; starting it is none of the exchange's time.
        await asyncio.get_running_loop().run_in_executor(None, getproxies)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def _environment_proxy(self, url: str) -> str | None:
        """The proxy that the environment names for this URL, asked once for each host.

        aiohttp would ask for every request, in a thread, and add what a netrc file says to a request that has its own keys.
        """
        parts = urlsplit(url)
        place = parts.scheme, parts.hostname or ""
        if place not in self._proxies:
            self._proxies[place] = None if proxy_bypass(place[1]) else getproxies().get(place[0])
        return self._proxies[place]

    async def send(self, outgoing: Outgoing, listener: Listener) -> None:
        """Send one request and tell `listener` everything. Raises only what the listener raises, and cancellation."""
        check_url(outgoing.url)
        sending = _Sending()
        _SENDING.set(sending)
        story = _Story(listener, sending)
        try:
            await self._follow(outgoing, story)
        except asyncio.CancelledError:
            story.end("interrupted", None)
            raise
        except Exception as error:
            reason = _reason(error, story.answered)
            if reason is None:
                raise
            story.end(reason, _message(error))
        else:
            story.end("eof", None)

    async def _follow(self, outgoing: Outgoing, story: _Story) -> None:
        for _ in range(MOST_REDIRECTS + 1):
            following = await self._send_one(outgoing, story)
            if following is None:
                return
            story.listener.note({"said": "redirected", "from": outgoing.url, "to": following.url})
            outgoing = following
        raise _TooManyRedirects(f"more than {MOST_REDIRECTS} redirects")

    async def _send_one(self, outgoing: Outgoing, story: _Story) -> Outgoing | None:
        """Send it and hear the answer out; the next request where it is a redirect that is to be followed."""
        async with self._session.request(
            outgoing.method,
            outgoing.url,
            headers=outgoing.headers,
            data=outgoing.body,
            allow_redirects=False,
            proxy=self._settings.proxy or self._environment_proxy(outgoing.url),
            trace_request_ctx=story.sending,
        ) as response:
            at = story.sending.clock.arrived()
            if self._settings.redirects and (following := _redirected(outgoing, response)) is not None:
                await response.read()
                return following
            version = response.version
            http = f"{version.major}.{version.minor}" if version else "1.1"
            headers = tuple((_text(name), _text(value)) for name, value in response.raw_headers)
            story.response(at, response.status, http, headers)
            coding = response.headers.get("Content-Encoding", "identity").lower()
            if coding != "identity" and self._settings.decode:
                story.listener.note({"said": "the body came encoded and is stored decoded", "content-encoding": coding})
            async for data, at in arrivals(response, story.sending.clock.arrived):
                story.listener.frame(data, at)
        return None


@dataclass(slots=True)
class _Story:
    """What was told of one exchange so far, so that it is told in order and ends once."""

    listener: Listener
    sending: _Sending
    started: bool = False
    answered: bool = False

    def start(self) -> None:
        if not self.started:
            self.started = True
            self.listener.start(self.sending.connected, self.sending.sent, self.sending.clock.name)

    def response(self, at: int, status: int, http: str, headers: Headers) -> None:
        self.start()
        self.answered = True
        self.listener.response(at, status, http, headers)

    def end(self, reason: str, error: str | None) -> None:
        at = self.sending.clock.now()
        self.start()
        self.listener.end(at, reason, error)


class _TooManyRedirects(Exception):
    pass


class _CannotFollow(Exception):
    pass


def _tracing() -> aiohttp.TraceConfig:
    """Stamps when look-up and connecting began, when the connection stood and when the last byte of the request was sent."""
    import aiohttp

    async def connecting(session: object, context: Any, params: object) -> None:
        # What the library does before it connects (milliseconds, at its first request) is none of the exchange's time.
        sending: _Sending = context.trace_request_ctx
        if sending.connected is None:
            sending.clock.began = time.monotonic_ns()

    async def connected(session: object, context: Any, params: object) -> None:
        sending: _Sending = context.trace_request_ctx
        sending.connected = sending.clock.now()

    async def sent(session: object, context: Any, params: object) -> None:
        sending: _Sending = context.trace_request_ctx
        sending.sent = sending.clock.sent()

    tracing = aiohttp.TraceConfig()
    tracing.on_connection_create_start.append(connecting)
    tracing.on_connection_create_end.append(connected)
    tracing.on_request_headers_sent.append(sent)
    tracing.on_request_chunk_sent.append(sent)
    return tracing


def _connector(settings: Settings) -> aiohttp.TCPConnector:
    """Connections over sockets that keep the kernel's time of arrival, which their exchange is told of."""
    import aiohttp

    class Connector(aiohttp.TCPConnector):
        async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
            connection = await super().connect(req, traces, timeout)
            _SENDING.get().clock.socket = stamped_socket(connection.transport)
            return connection

    return Connector(limit=0, ssl=_tls(settings), socket_factory=make_socket)


def _tls(settings: Settings) -> Any:
    """What aiohttp takes as `ssl`: the system's certificates, those of a file, or none at all."""
    if settings.insecure:
        return False
    return True if settings.cacert is None else client_context(settings.cacert)


def check(outgoing: Outgoing, settings: Settings) -> None:
    """Raise UsageError where a request cannot be sent as it is: before a file is made, and before anything is sent."""
    check_url(outgoing.url)
    if settings.proxy is not None:
        check_url(settings.proxy)
    if not _TOKEN.fullmatch(outgoing.method):
        raise UsageError(f"{outgoing.method!r} is no method of HTTP")
    for name, value in outgoing.headers:
        if not _TOKEN.fullmatch(name) or _NO_VALUE.search(value):
            raise UsageError(f"{name!r}: no header that can be sent")
    _tls(settings)


def check_url(url: str) -> None:
    """Raise UsageError where it is no URL of http or https."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{url}: no URL of http or https")


def _redirected(outgoing: Outgoing, response: aiohttp.ClientResponse) -> Outgoing | None:
    """The request that a redirect asks for, as curl makes it; keys are not carried to another origin."""
    place = response.headers.get("Location")
    if response.status not in (301, 302, 303, 307, 308) or place is None:
        return None
    try:
        url = str(response.url.join(type(response.url)(place)))
        check_url(url)
    except (ValueError, UsageError):
        raise _CannotFollow(f"a redirect to {_one_line(place)!r}, which is not a URL of http or https") from None
    following = replace(outgoing, url=url)
    if response.status in (301, 302, 303) and outgoing.method not in ("GET", "HEAD"):
        headers = tuple(pair for pair in outgoing.headers if pair[0].lower() != "content-type")
        following = Outgoing("GET", url, headers)
    if _origin(url) != _origin(outgoing.url):
        kept = tuple(pair for pair in following.headers if pair[0].lower() in _KEPT_ELSEWHERE)
        following = replace(following, headers=kept)
    return following


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _reason(error: Exception, answered: bool) -> str | None:
    """How an exchange ended that ended with this error; None for an error that is none of the network's."""
    import aiohttp

    if isinstance(error, aiohttp.SocketTimeoutError):
        return "idle_timeout"
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        return "timeout"
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.ClientSSLError)):
        return "refused"
    if isinstance(error, (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionError)):
        return "protocol_error" if _malformed(error) else "reset"
    if isinstance(error, aiohttp.ClientOSError):
        return "reset"
    if isinstance(error, (aiohttp.ClientError, _TooManyRedirects, _CannotFollow)):
        return "protocol_error"
    return None


def _malformed(error: BaseException) -> bool:
    """Whether the server said something that is no HTTP, rather than nothing more."""
    from aiohttp import http_exceptions

    cause = error.__cause__ or error.__context__
    broken = (
        http_exceptions.TransferEncodingError,
        http_exceptions.ContentEncodingError,
        http_exceptions.BadHttpMessage,
    )
    cut = "Not enough data" in str(error) or "Not enough data" in str(cause)
    return isinstance(cause, broken) and not cut


def _message(error: Exception) -> str:
    """The error in one line, in words that tell a person what to look at."""
    import aiohttp

    cause = error.__cause__ or error.__context__
    if isinstance(error, aiohttp.ClientConnectorCertificateError):  # before aiohttp 3.14 it has no `os_error`
        return f"cannot connect to {error.host}:{error.port}: {_one_line(str(error.certificate_error))}"
    if isinstance(error, aiohttp.ClientConnectorError):
        system = error.os_error
        message = system.strerror or str(system)
        if isinstance(error, aiohttp.ClientSSLError):
            message = str(system)
        elif system.errno is not None and system.errno > 0:
            message = os.strerror(system.errno)
        return f"cannot connect to {error.host}:{error.port}: {_one_line(message)}"
    if isinstance(error, aiohttp.ClientPayloadError) and not _malformed(error):
        lost = "ConnectionResetError" in str(error)
        return "connection reset by peer" if lost else "the connection was closed before the body was complete"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection was closed before an answer came"
    if isinstance(error, aiohttp.SocketTimeoutError):
        return "nothing came for too long"
    if isinstance(error, TimeoutError):
        return "it took too long"
    return _one_line(str(error) or str(cause or "")) or type(error).__name__


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8")
