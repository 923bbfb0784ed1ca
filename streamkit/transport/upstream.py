"""Connections to upstreams, with kernel timestamps, checked addresses, and a pool of idle connections."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import ssl
from collections import defaultdict
from typing import Any, Protocol, cast
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from aiohappyeyeballs import start_connection

from streamkit.frozen import dataclass
from streamkit.transport._heads import END, MAX_HEAD, Malformed, parse_response
from streamkit.transport._readers import Readers
from streamkit.transport.client import Settings
from streamkit.transport.guard import is_metadata_host
from streamkit.transport.kernel_clock import StampedSocket, make_socket, stamped_socket
from streamkit.transport.tls import client_context

# Seconds. Servers close idle connections after 5 seconds or more (Node, uvicorn), so older ones are not reused.
IDLE_TIMEOUT = 4.0
CONNECT_TIMEOUT = 60.0
_HAPPY_EYEBALLS_S = 0.25  # RFC 8305, section 5
_READ = 1 << 16


class CannotConnect(Exception):
    """No connection could be made; the message says where to and why."""


@dataclass(frozen=True, slots=True)
class UpstreamAddress:
    """The scheme, host and port of an upstream."""

    scheme: str
    host: str
    port: int

    @staticmethod
    def of(url: str) -> UpstreamAddress:
        """Return the origin of an http or https URL."""
        parts = urlsplit(url)
        return UpstreamAddress(
            parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        )

    @property
    def authority(self) -> str:
        """The value of a Host header: host and port, without the scheme's default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"


class UpstreamHandler(Protocol):
    """Receives the events of a connection that it uses."""

    def received(self, data: bytes) -> None:
        """Bytes have arrived."""
        ...

    def flushed(self) -> None:
        """Everything written has been sent."""
        ...

    def ended(self, error: Exception | None) -> None:
        """The connection has ended, with `error` None if it was closed normally."""
        ...


class Upstream(asyncio.Protocol):
    """A connection to an upstream; `absolute` if an HTTP proxy requires the whole URL in the request line."""

    def __init__(self, pool: ConnectionPool, origin: UpstreamAddress, *, absolute: bool = False) -> None:
        self._pool = pool
        self.origin = origin
        self.absolute = absolute
        self.handler: UpstreamHandler | None = None
        self.reused = False
        self.lost = False
        self.idle_until = 0.0
        self.transport: asyncio.Transport
        self.socket: StampedSocket | None = None
        self._readers: Readers | None = None  # what reads the socket, if asyncio does not
        self._error: OSError | None = None  # the error of a read

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is established."""
        self.transport = cast(
            "asyncio.Transport", transport
        )  # whose methods uvloop's transports have, but not the class
        self.socket = stamped_socket(transport)
        if hasattr(transport, "max_size"):
            setattr(transport, "max_size", _READ)  # noqa: B010 - asyncio's own attribute, which its types do not show
        if self.socket is not None and transport.get_extra_info("ssl_object") is None:
            # asyncio begins to read in a callback after this one; in Python 3.11.2 even if reading was paused here.
            asyncio.get_running_loop().call_soon(self._take_over)

    def _take_over(self) -> None:
        """Read the socket together with others, instead of asyncio."""
        readers = None if self.lost else self._pool.readers()
        if readers is not None:
            self.transport.pause_reading()
            self._readers = readers
            self.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived."""
        if self.handler is not None:
            self.handler.received(data)
        else:  # unsolicited data
            self.transport.abort()

    def resume_writing(self) -> None:
        """Everything written has been sent."""
        if self.handler is not None:
            self.handler.flushed()

    def read_ended(self, error: OSError | None) -> None:
        """Nothing more can be read: let asyncio find the end of the data too, or abort."""
        self._readers, self._error = None, error
        if error is None:
            self.transport.resume_reading()
        else:
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """The connection has ended, from either side."""
        self.lost = True
        if self._readers is not None and self.socket is not None:
            self._readers.remove(self.socket)
        self._pool.forget(self)
        if self.handler is not None:
            handler, self.handler = self.handler, None
            handler.ended(error or self._error)

    def pause_reading(self) -> None:
        """Read nothing until `resume_reading`."""
        if self._readers is None or self.socket is None:
            self.transport.pause_reading()
        else:
            self._readers.remove(self.socket)

    def resume_reading(self) -> None:
        """Read again."""
        if self._readers is None or self.socket is None:
            self.transport.resume_reading()
        elif not self.lost:
            self._readers.add(self.socket, self)

    def send(self, head: bytes, body: bytes) -> bool:
        """Write a request; return whether all of it was sent at once. If not, `UpstreamHandler.flushed` is called later."""
        self.transport.set_write_buffer_limits(0)
        if len(body) < _READ:
            self.transport.write(head + body)
        else:
            self.transport.write(head)
            self.transport.write(body)
        return not self.transport.get_write_buffer_size()

    def abort(self) -> None:
        """Abort the connection without notifying its handler."""
        self.handler = None
        self.transport.abort()


class ConnectionPool:
    """The connections to all upstreams, with one set of settings.

    `allow_link_local` allows link-local and metadata addresses.
    """

    def __init__(self, settings: Settings, *, allow_link_local: bool = False) -> None:
        self._settings = settings
        self._allow_link_local = allow_link_local
        self._idle: defaultdict[UpstreamAddress, list[Upstream]] = defaultdict(list)
        self._tls: ssl.SSLContext | None = None
        self._proxies: dict[UpstreamAddress, str | None] = {}
        self._readers: Readers | None = None
        self._closed = False

    def readers(self) -> Readers | None:
        """Return what reads plain connections, or None after `close`."""
        if self._readers is None and not self._closed:
            self._readers = Readers()
        return self._readers

    def idle(self, origin: UpstreamAddress) -> Upstream | None:
        """Return the most recently used idle connection, or None."""
        now = asyncio.get_running_loop().time()
        waiting = self._idle[origin]
        while waiting:
            upstream = waiting.pop()
            if not upstream.lost and now < upstream.idle_until and not upstream.transport.is_closing():
                upstream.reused = True
                return upstream
            upstream.abort()
        return None

    def release(self, upstream: Upstream) -> None:
        """Return a connection to the pool after a complete response."""
        upstream.handler = None
        upstream.idle_until = asyncio.get_running_loop().time() + IDLE_TIMEOUT
        upstream.resume_reading()  # to notice when the peer closes it
        self._idle[upstream.origin].append(upstream)
        asyncio.get_running_loop().call_later(IDLE_TIMEOUT, self._expire, upstream)

    def forget(self, upstream: Upstream) -> None:
        """Remove a connection that has ended from the pool."""
        waiting = self._idle.get(upstream.origin)
        if waiting and upstream in waiting:
            waiting.remove(upstream)

    def close(self) -> None:
        """Abort all idle connections. The exchanges that use others have ended."""
        for waiting in list(self._idle.values()):
            for upstream in list(waiting):
                upstream.abort()
        self._idle.clear()
        self._closed = True
        if self._readers is not None:
            self._readers.close()
            self._readers = None

    def _expire(self, upstream: Upstream) -> None:
        now = asyncio.get_running_loop().time()
        if upstream in self._idle[upstream.origin] and now >= upstream.idle_until - 0.01:
            self._idle[upstream.origin].remove(upstream)
            upstream.abort()

    async def connect(self, origin: UpstreamAddress) -> Upstream:
        """Open a new connection. Raises CannotConnect, TimeoutError."""
        proxy = self._proxy(origin)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                return await self._connected(origin, proxy)
        except ssl.SSLCertVerificationError as error:
            raise CannotConnect(f"cannot connect to {origin.authority}: {error.verify_message}") from None
        except TimeoutError:
            raise
        except OSError as error:
            raise CannotConnect(f"cannot connect to {origin.authority}: {_describe(error)}") from None

    async def _connected(self, origin: UpstreamAddress, proxy: str | None) -> Upstream:
        loop = asyncio.get_running_loop()
        via = urlsplit(proxy) if proxy else None
        if via is None:
            sock = await self._socket(origin.host, origin.port)
        elif via.scheme != "http":
            raise CannotConnect(f"cannot connect to {origin.authority}: an HTTP proxy is needed, not {via.scheme}")
        else:
            sock = await self._socket(via.hostname or "", via.port or 80, checked=False)
            self._check_addresses(origin.host, [])
        try:
            secure = origin.scheme == "https"
            if via is not None and secure:
                await _tunnel(loop, sock, origin, via)
            upstream = Upstream(self, origin, absolute=via is not None and not secure)
            options: dict[str, Any] = {}
            if secure:
                options = {"ssl": self._context(), "server_hostname": origin.host}
            await loop.create_connection(lambda: upstream, sock=sock, **options)
        except BaseException:
            sock.close()
            raise
        return upstream

    async def _socket(self, host: str, port: int, *, checked: bool = True) -> socket.socket:
        """Return a socket connected to whichever of the host's addresses answers first (RFC 8305)."""
        loop = asyncio.get_running_loop()
        infos = await _addresses(loop, host, port)
        if checked:
            self._check_addresses(host, infos)
        return await start_connection(
            infos, happy_eyeballs_delay=_HAPPY_EYEBALLS_S, interleave=1, loop=loop, socket_factory=make_socket
        )

    def _check_addresses(self, host: str, infos: list[Any]) -> None:
        """Raise CannotConnect if a host is, or resolves to, a link-local or metadata address."""
        for address in (host, *(str(info[4][0]) for info in infos)):
            if not self._allow_link_local and is_metadata_host(address):
                target = f"{host} resolves to {address}, a" if address != host else f"{address}: a"
                raise CannotConnect(f"{target} link-local or metadata address; use --allow-link-local to allow it")

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = client_context(self._settings.cacert, insecure=self._settings.insecure)
        return self._tls

    def _proxy(self, origin: UpstreamAddress) -> str | None:
        """Return the HTTP proxy for an upstream, looked up in the environment once per origin."""
        if self._settings.proxy is not None:
            return self._settings.proxy
        if origin not in self._proxies:
            bypassed = proxy_bypass(origin.host)
            self._proxies[origin] = None if bypassed else getproxies().get(origin.scheme)
        return self._proxies[origin]


async def _addresses(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[Any]:
    """Return what `getaddrinfo` returns for a host. A name is looked up in a thread; an address needs no look-up."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _tunnel(
    loop: asyncio.AbstractEventLoop, sock: socket.socket, origin: UpstreamAddress, via: SplitResult
) -> None:
    """Open a tunnel through a proxy (RFC 9110, section 9.3.6). Raises CannotConnect, OSError."""
    authority = f"{origin.host}:{origin.port}" if ":" not in origin.host else f"[{origin.host}]:{origin.port}"
    head = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n"
    await loop.sock_sendall(sock, (head + authorization(via) + "\r\n").encode())
    answer = b""
    while END not in answer:
        data = await loop.sock_recv(sock, 1)  # byte by byte, because what follows the head comes from the upstream
        answer += data
        if not data or len(answer) > MAX_HEAD:
            raise CannotConnect(f"cannot connect to {origin.authority}: no response from the proxy {via.hostname}")
    try:
        status = parse_response(answer).status
    except Malformed:
        status = 0
    if not 200 <= status < 300:
        raise CannotConnect(f"cannot connect to {origin.authority}: the proxy {via.hostname} answered {status}")


def authorization(via: SplitResult) -> str:
    """Return the Proxy-Authorization header line for the user and password in a proxy's URL, or "" if it has none."""
    if via.username is None:
        return ""
    pair = f"{unquote(via.username)}:{unquote(via.password or '')}"
    return f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n"


def _describe(error: OSError) -> str:
    """Return the system's message for an error, on one line."""
    if isinstance(error, socket.gaierror) or not error.errno or error.errno < 0 or isinstance(error, ssl.SSLError):
        return " ".join((error.strerror or str(error)).split())
    return os.strerror(error.errno)
