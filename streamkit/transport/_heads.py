"""Parse the heads of HTTP/1 messages with llhttp (through httptools), and keep their lines unchanged.

llhttp is strict: no bare line feeds, no folded lines, no space before a colon, a single Content-Length, and never a
Content-Length together with a Transfer-Encoding (RFC 9112, sections 2.2, 5.1, 5.2 and 6.3).
"""

from __future__ import annotations

import httptools

from streamkit.frozen import dataclass
from streamkit.model.exchange import Headers, header

MAX_HEAD = 128 << 10  # bytes of a head: long tokens and cookies travel in header lines
END = b"\r\n\r\n"

# Headers that apply to a single connection and not to the message (RFC 9110, section 7.6.1).
HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
     "transfer-encoding", "upgrade")
)  # fmt: skip
_VERSIONS = ("1.0", "1.1")


class Malformed(Exception):
    """An invalid HTTP/1 message; `status` is the status with which a server rejects it."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The head of a request; `lines` are the raw header lines, without line ends."""

    method: str
    target: str
    http: str
    headers: Headers
    lines: tuple[bytes, ...]

    @property
    def keep_alive(self) -> bool:
        """Whether the client may send another request on this connection."""
        return self.http == "1.1" and "close" not in tokens(self.headers, "connection")

    @property
    def websocket(self) -> bool:
        """Whether the request asks for an upgrade to WebSocket, the only upgrade that is supported."""
        return "upgrade" in tokens(self.headers, "connection") and tokens(self.headers, "upgrade") == ["websocket"]


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """The head of a response; `raw` is its bytes, including the blank line."""

    status: int
    http: str
    headers: Headers
    raw: bytes

    @property
    def keep_alive(self) -> bool:
        """Whether the headers allow the connection to be reused. A body that ends with its connection is not considered."""
        named = tokens(self.headers, "connection")
        return "close" not in named and (self.http == "1.1" or "keep-alive" in named)


class _HeadEvents:
    """Collects llhttp's callbacks for one head."""

    def __init__(self) -> None:
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.complete = False

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.complete = True


def parse_request(raw: bytes) -> RequestHead:
    """Parse the head of a request, including the blank line. Raises Malformed."""
    events = _HeadEvents()
    parser = httptools.HttpRequestParser(events)
    _feed(parser, events, raw)
    http = parser.get_http_version()
    if http not in _VERSIONS:
        raise Malformed(f"HTTP/{http} is not supported", 505)
    return RequestHead(
        method=parser.get_method().decode("ascii"),
        target=events.url.decode("ascii"),
        http=http,
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in events.headers),
        lines=tuple(raw[: -len(END)].split(b"\r\n")[1:]),
    )


def parse_response(raw: bytes) -> ResponseHead:
    """Parse the head of a response, including the blank line. Raises Malformed."""
    events = _HeadEvents()
    parser = httptools.HttpResponseParser(events)
    _feed(parser, events, raw)
    http, status = parser.get_http_version(), parser.get_status_code()
    if http not in _VERSIONS or not 100 <= status <= 999:
        raise Malformed(f"invalid status line: HTTP/{http} {status}")
    return ResponseHead(status, http, tuple((_text(name), _text(value)) for name, value in events.headers), raw)


def _feed(parser: httptools.HttpRequestParser | httptools.HttpResponseParser, events: _HeadEvents, raw: bytes) -> None:
    try:
        parser.feed_data(raw)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError as error:
        raise Malformed(str(error)) from None
    # Some versions of llhttp accept the following.
    if not events.complete or not events.url.isascii():
        raise Malformed("incomplete HTTP/1 head, or a target outside ASCII")
    if b"\r\n " in raw or b"\r\n\t" in raw or b"\r\n:" in raw:
        raise Malformed("folded header line, or header line without a name")


def tokens(headers: Headers, name: str) -> list[str]:
    """Return the members of a list header in lower case, from all lines with this name."""
    wanted = name.lower()
    lists = [value for key, value in headers if key.lower() == wanted]
    return [member.strip().lower() for value in lists for member in value.split(",") if member.strip()]


def content_length(headers: Headers) -> int | None:
    """Return the value of Content-Length, or None if it is absent or invalid."""
    value = (header(headers, "content-length") or "").strip()
    return int(value) if value.isdecimal() else None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8")
