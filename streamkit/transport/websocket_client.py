"""A WebSocket client that sends messages and reports what the server sends, with its time, to a listener.

The protocol and TLS are aiohttp's. Compression is not offered. The client closes the connection once the conversation is
over; otherwise the server, a time limit or an interruption ends it.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any, Protocol
from urllib.request import getproxies, proxy_bypass

from streamkit.model.exchange import Headers
from streamkit.transport._network_errors import EndOfExchange, network_error_text, report_end
from streamkit.transport.conversation import Conversation
from streamkit.transport.kernel_clock import ArrivalClock
from streamkit.transport.tls import client_context
from streamkit.transport.websocket_tap import end_reason

if TYPE_CHECKING:
    import aiohttp

    from streamkit.transport.client import Listener, Settings

_HEADER_LIMIT = 64 * 1024  # bytes of one header line
_OWN_HEADERS = frozenset(("accept-encoding", "content-type", "sec-websocket-protocol", "sec-websocket-extensions"))


class WebSocketListener(Protocol):
    """A listener that also receives the messages of the client."""

    def sent(self, data: bytes, at: int) -> None:
        """The client has sent this message."""
        ...


async def converse(
    url: str, headers: Headers, conversation: Conversation, settings: Settings, listener: Listener
) -> None:
    """Connect, send the messages and report everything to `listener`. Raises only what it raises, and CancelledError."""
    exchange = _Exchange(listener)
    await report_end(exchange.run(url, headers, conversation, settings), exchange.end)


class _Exchange:
    """One connection and what is reported about it."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._clock = ArrivalClock()
        self._connected: int | None = None
        self._sent: int | None = None
        self._started = False
        self._refused = False  # whether the handshake was answered with something else

    async def run(self, url: str, headers: Headers, conversation: Conversation, settings: Settings) -> EndOfExchange:
        """Return how the connection ended. Raises network errors."""
        async with asyncio.timeout(settings.max_time):
            return await self._run(url, headers, conversation, settings)

    async def _run(self, url: str, headers: Headers, conversation: Conversation, settings: Settings) -> EndOfExchange:
        import aiohttp

        offered = [value for name, value in headers if name.lower() == "sec-websocket-protocol"]
        async with aiohttp.ClientSession(
            trace_configs=[self._tracing()],
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=["Accept", "Accept-Encoding", "User-Agent"],
            max_line_size=_HEADER_LIMIT,
            max_field_size=_HEADER_LIMIT,
        ) as session:
            try:
                socket = await session.ws_connect(
                    url,
                    headers=[(name, value) for name, value in headers if name.lower() not in _OWN_HEADERS],
                    protocols=[name.strip() for value in offered for name in value.split(",")],
                    proxy=settings.proxy or await _environment_proxy(url),
                    ssl=_tls(settings),
                    max_msg_size=0,
                )
            except aiohttp.WSServerHandshakeError:
                if self._refused:
                    return "eof", None
                raise
            async with socket:
                return await self._talk(socket, conversation, settings)

    async def _talk(
        self, socket: aiohttp.ClientWebSocketResponse, conversation: Conversation, settings: Settings
    ) -> EndOfExchange:
        import aiohttp

        over = conversation.over()
        sent = getattr(self._listener, "sent", None)
        for message in conversation.messages:
            await socket.send_str(message.decode("utf-8", "replace"))
            if sent is not None:
                sent(message, self._clock.now())
        while True:
            try:
                received = await socket.receive(settings.idle_timeout)
            except TimeoutError:
                return "idle_timeout", "no message within the idle timeout"
            at = self._clock.now()
            if received.type is aiohttp.WSMsgType.ERROR:
                return "protocol_error", network_error_text(received.data)
            if received.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                if socket.close_code in (None, 1006):
                    return "reset", "the connection was closed without a close frame"
                return end_reason("server", socket.close_code, str(received.extra or ""))
            data = received.data.encode("utf-8", "surrogatepass") if isinstance(received.data, str) else received.data
            self._listener.frame(data, at)
            if over(data):
                await socket.close()
                return "eof", None

    def end(self, reason: str, error: str | None) -> None:
        """Report the end."""
        at = self._clock.now()
        self._start()
        self._listener.end(at, reason, error)

    def _start(self) -> None:
        if not self._started:
            self._started = True
            self._listener.start(self._connected, self._sent, self._clock.name)

    def _tracing(self) -> aiohttp.TraceConfig:
        """Record when the connection was made and the request sent, and report the response, whatever its status."""
        import aiohttp

        async def connected(session: object, context: object, params: object) -> None:
            self._connected = self._clock.now()

        async def sent(session: object, context: object, params: object) -> None:
            self._sent = self._clock.now()

        async def answered(session: object, context: object, params: Any) -> None:
            response: aiohttp.ClientResponse = params.response
            at = self._clock.now()
            headers = tuple((_text(name), _text(value)) for name, value in response.raw_headers)
            version = response.version
            self._start()
            self._listener.response(
                at, response.status, f"{version.major}.{version.minor}" if version else "1.1", headers
            )
            if response.status != 101:
                self._refused = True
                body = await response.read()
                if body:
                    self._listener.frame(body, self._clock.now())

        tracing = aiohttp.TraceConfig()
        tracing.on_connection_create_end.append(connected)
        tracing.on_request_headers_sent.append(sent)
        tracing.on_request_end.append(answered)
        return tracing


async def _environment_proxy(url: str) -> str | None:
    """Return the environment's proxy for a URL: that of http or https, as for a request."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    host = parts.hostname or ""
    loop = asyncio.get_running_loop()
    if await loop.run_in_executor(None, proxy_bypass, host):
        return None
    return getproxies().get({"ws": "http", "wss": "https"}.get(parts.scheme.lower(), ""))


def _tls(settings: Settings) -> ssl.SSLContext | bool:
    """Return aiohttp's `ssl` argument: the system's certificates, those of a file, or no verification."""
    if settings.insecure:
        return False
    return True if settings.cacert is None else client_context(settings.cacert)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8")
