"""Heads of HTTP/1 messages: where one ends, what it says (llhttp judges it, through httptools), its lines as they came.

llhttp is strict here: no bare line feeds, no folded lines, no space before a colon, one Content-Length, and never a
Content-Length beside a Transfer-Encoding (RFC 9112, sections 2.2, 5.1, 5.2 and 6.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import httptools

from streamkit.model.exchange import Headers, header

MAX_HEAD = 128 << 10  # bytes of a head: long tokens and cookies travel in header lines
END = b"\r\n\r\n"

# Headers that speak of one connection and not of the message (RFC 9110, section 7.6.1).
HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
     "transfer-encoding", "upgrade")
)  # fmt: skip
_VERSIONS = ("1.0", "1.1")


class Malformed(Exception):
    """A message that is not HTTP/1; `status` is what a server answers to it."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The head of a request; `lines` are its header lines as they came, without their line ends."""

    method: str
    target: str
    http: str
    headers: Headers
    lines: tuple[bytes, ...]

    @property
    def keep_alive(self) -> bool:
        """Whether the client means to ask again on this connection."""
        return self.http == "1.1" and "close" not in tokens(self.headers, "connection")

    @property
    def websocket(self) -> bool:
        """Whether it asks to go on as a WebSocket; no other upgrade can be judged."""
        return "upgrade" in tokens(self.headers, "connection") and tokens(self.headers, "upgrade") == ["websocket"]


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """The head of a response; `raw` are its bytes, to the blank line and with it."""

    status: int
    http: str
    headers: Headers
    raw: bytes

    @property
    def keep_alive(self) -> bool:
        """Whether the connection may be used again; False where only its end ends the body is for the framing to say."""
        named = tokens(self.headers, "connection")
        return "close" not in named and (self.http == "1.1" or "keep-alive" in named)


class _Heard:
    """What llhttp tells of one head."""

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
    """The head of a request, from its bytes with the blank line. Raises Malformed."""
    heard = _Heard()
    parser = httptools.HttpRequestParser(heard)
    _feed(parser, heard, raw)
    http = parser.get_http_version()
    if http not in _VERSIONS:
        raise Malformed(f"HTTP/{http} is not supported", 505)
    return RequestHead(
        method=parser.get_method().decode("ascii"),
        target=heard.url.decode("ascii"),
        http=http,
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in heard.headers),
        lines=tuple(raw[: -len(END)].split(b"\r\n")[1:]),
    )


def parse_response(raw: bytes) -> ResponseHead:
    """The head of a response, from its bytes with the blank line. Raises Malformed."""
    heard = _Heard()
    parser = httptools.HttpResponseParser(heard)
    _feed(parser, heard, raw)
    http, status = parser.get_http_version(), parser.get_status_code()
    if http not in _VERSIONS or not 100 <= status <= 999:
        raise Malformed(f"HTTP/{http} {status} is not a status line of HTTP/1")
    return ResponseHead(status, http, tuple((_text(name), _text(value)) for name, value in heard.headers), raw)


def _feed(parser: httptools.HttpRequestParser | httptools.HttpResponseParser, heard: _Heard, raw: bytes) -> None:
    try:
        parser.feed_data(raw)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError as error:
        raise Malformed(str(error)) from None
    # What some versions of llhttp let pass.
    if not heard.complete or not heard.url.isascii():
        raise Malformed("not a head of HTTP/1")
    if b"\r\n " in raw or b"\r\n\t" in raw or b"\r\n:" in raw:
        raise Malformed("a header line begins with its name, and is not folded")


def tokens(headers: Headers, name: str) -> list[str]:
    """The members of a list header, over all lines of its name, in lower case."""
    wanted = name.lower()
    lists = [value for key, value in headers if key.lower() == wanted]
    return [member.strip().lower() for value in lists for member in value.split(",") if member.strip()]


def content_length(headers: Headers) -> int | None:
    """The length that a head announces."""
    value = (header(headers, "content-length") or "").strip()
    return int(value) if value.isdecimal() else None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8")
