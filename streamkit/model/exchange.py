"""One request and its response: what recordings contain, formats read and servers play.

Times are integers in nanoseconds on the recorder's monotonic clock; None means not measured, never zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Literal

import orjson

from streamkit.frozen import dataclass
from streamkit.model._display import brief, html_table, tag, target
from streamkit.model._frames import Frame as Frame
from streamkit.model._frames import Frames as Frames
from streamkit.model.limits import MOST_VALUES
from streamkit.text import counted

Headers = tuple[tuple[str, str], ...]

END_REASONS = (
    "eof",
    "reset",
    "timeout",
    "idle_timeout",
    "refused",
    "protocol_error",
    "limit",
    "interrupted",
    "client_abort",
)


@dataclass(frozen=True, slots=True)
class Body:
    """A request body as it is stored: `json` (any JSON value), `text` (str) or `base64` (bytes)."""

    form: Literal["json", "text", "base64"]
    value: Any

    __repr__ = brief

    @staticmethod
    def of(data: bytes) -> Body:
        """Return the most readable form that restores these bytes (for JSON the same value, without its whitespace).

        JSON of more than MOST_VALUES values is text: a small value takes thirty times the memory of its text.
        """
        try:
            if sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
                raise orjson.JSONDecodeError("too many values", "", 0)
            value = orjson.loads(data)
            orjson.dumps(value)  # it reads deeper nesting than it writes
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            pass
        else:
            return Body("json", value)
        try:
            return Body("text", data.decode("utf-8"))
        except UnicodeDecodeError:
            return Body("base64", data)

    @property
    def bytes(self) -> bytes:
        """The body as sent on the wire."""
        if self.form == "json":
            return orjson.dumps(self.value)
        return self.value.encode("utf-8") if self.form == "text" else bytes(self.value)

    @property
    def json(self) -> Any:
        """The JSON value, or None if the body is not JSON."""
        return self.value if self.form == "json" else None


_MCP_HEADERS = ("mcp-protocol-version", "mcp-session-id")


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `headers` are ordered pairs; repeated names are kept."""

    method: str
    url: str
    headers: Headers = ()
    body: Body | None = None

    @property
    def host(self) -> str:
        """The URL's host in lower case; "" if there is none or the URL is invalid."""
        return _parts(self.url)[0]

    @property
    def path(self) -> str:
        """The URL's path; "" if there is none or the URL is invalid."""
        return _parts(self.url)[1]

    @property
    def query(self) -> str:
        """The URL's query without its question mark; "" if there is none or the URL is invalid."""
        return _parts(self.url)[2]

    @property
    def asks_for_stream(self) -> bool | None:
        """Whether the request asks for a stream: by `stream` in the JSON body, or by a path whose last segment contains
        `stream` (Gemini, Bedrock). None if it has neither, which means yes for some APIs and no for others."""
        if "stream" in self.path.rpartition("/")[2].lower():
            return True
        fields = self.body.json if self.body else None
        stream = fields.get("stream") if isinstance(fields, dict) else None
        return stream if isinstance(stream, bool) else None

    @property
    def listens(self) -> bool:
        """Whether a client of MCP opens a stream in which the server may send messages of its own. It may stay empty."""
        return self.method == "GET" and any(name.lower() in _MCP_HEADERS for name, _ in self.headers)

    __repr__ = brief


def _parts(url: str) -> tuple[str, str, str]:
    """Return the host, path and query of a URL from a file, which may be invalid."""
    from urllib.parse import urlsplit  # slow to import, and a bare stream has no URL

    try:
        parts = urlsplit(url)
    except ValueError:  # such as an unclosed bracket: `http://[x`
        return "", "", ""
    return parts.hostname or "", parts.path, parts.query


@dataclass(frozen=True, slots=True)
class Redaction:
    """A removed secret: where (`request.headers.authorization`, `frames`) and by which rule; for frames, which (from 1)."""

    at: str
    rule: str
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """Status line and headers, verbatim. `at` is when they arrived (ns), `http` the version (`1.1`)."""

    at: int | None
    status: int
    http: str = "1.1"
    headers: Headers = ()
    redacted: tuple[Redaction, ...] = ()

    __repr__ = brief

    def header(self, name: str) -> str | None:
        """Return the first value of a header, its name compared without case."""
        return header(self.headers, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How the body ended. `frames`, `bytes` and `sha256` are those of the recorder, None if it did not compute them. `line` is
    the line of the end in the file that was read."""

    at: int | None
    reason: str
    frames: int | None = None
    bytes: int | None = None
    sha256: str | None = None
    error: str | None = None
    redacted: tuple[Redaction, ...] = ()
    client: Mapping[str, Any] | None = None
    line: int | None = field(default=None, compare=False)

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair of a log by its reader, or a part that could not be used: `line` of the file, `kind` (a fixed word), `message`.

    Kinds: `repaired` (a document that was not valid JSON and was repaired), `hard-wrapped`, `elided` (the log itself omits
    something), `skipped` (text that is not part of a stream), `unusable` (part of the stream, but unreadable).
    """

    line: int
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Import:
    """The origin of an imported exchange: the file's format, whether it is an excerpt, the repairs.

    `framed` is False if the format did not keep the framing of the wire, so that rules about framing do not apply. `stored`
    is true if this was read from a recording: the lines of the repairs are then those of the log that the recording was
    converted from, not of the file that was read.
    """

    format: str
    excerpt: bool = False
    repairs: tuple[Repair, ...] = ()
    framed: bool = True
    stored: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Damage:
    """Damage in a recording that its reader skipped: `torn-line`, `bad-recording-line` (a line that is not JSON, or too long),
    `missing-end`, `count-mismatch`, `stray-line`, `bad-field` (a field of another type, read as absent), `over-limit`
    (the exchange was recorded or read in part). Whether the body matches its digest is reported by `Exchange.changed`, which
    is computed on first use."""

    line: int
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that the client of a WebSocket sent: its bytes, its time (ns), and the number of frames before it."""

    data: bytes
    at: int | None
    after_frame: int

    __repr__ = brief

    @property
    def type(self) -> str:
        """The `type` of the message; see `message_type`."""
        return message_type(self.data)


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of an exchange: the path as given by the user, its number (from 1), its first line."""

    path: str = "-"
    number: int = 1
    line: int | None = None


Clock = Literal["monotonic", "kernel", "log", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response, with times.

    `source` is what recorded it (`client`, `proxy`, `stdin`, `import`), `clock` how times were measured (`monotonic`
    after each read, `kernel` when the system received the last segment of a read, on the same scale, `log`, `none`).
    `resolution` is how finely a log's stamps are written, in nanoseconds; None if that is not known or the clock is a
    recorder's. `end` is None if the recorder was killed, or a log does not contain it. `sent` are the messages of the client
    of a WebSocket, whose frames are the messages of the server.
    """

    frames: Frames = field(default_factory=Frames)
    request: Request | None = None
    response: Response | None = None
    end: End | None = None
    source: Literal["client", "proxy", "stdin", "import"] = "import"
    clock: Clock = "none"
    recorded_at: str | None = None
    connected_at: int | None = None
    sent_at: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    tool: str | None = None
    redacted: tuple[Redaction, ...] = ()
    imported: Import | None = None
    damage: tuple[Damage, ...] = ()
    origin: Origin = field(default_factory=Origin)
    resolution: int | None = None
    sent: tuple[SentMessage, ...] = ()

    def __repr__(self) -> str:
        request_line = f"{self.request.method} {target(self.request.url)}" if self.request else None
        status = f"status {self.response.status}" if self.response else None
        ended = self.end.reason if self.end else None
        size = f"{self.frames.size:,} bytes"
        return tag(self, self.name, request_line, status, counted(len(self.frames), "frame"), size, ended)

    def _repr_html_(self) -> str:
        return html_table(repr(self), self._records(), len(self.frames))

    def to_records(self) -> list[dict[str, Any]]:
        """Return a record per frame, for data frames: `frame` (from 1), `at_ns` (None if not measured), `bytes` (their
        number) and `text` (invalid UTF-8 replaced)."""
        return list(self._records())

    def _records(self) -> Iterator[dict[str, Any]]:
        for number, frame in enumerate(self.frames, 1):
            text = frame.data.decode("utf-8", "replace")
            yield {"frame": number, "at_ns": frame.at, "bytes": len(frame.data), "text": text}

    @property
    def name(self) -> str:
        """The name in messages: its file, with its number unless it is the first."""
        return self.origin.path if self.origin.number == 1 else f"{self.origin.path}#{self.origin.number}"

    @property
    def redactions(self) -> tuple[Redaction, ...]:
        """All removed secrets."""
        response, end = self.response, self.end
        return (*self.redacted, *(response.redacted if response else ()), *(end.redacted if end else ()))

    @property
    def content_type(self) -> str | None:
        """The response's content type, or None if unknown."""
        return self.response.header("content-type") if self.response else None

    @property
    def websocket(self) -> bool:
        """Whether the exchange was upgraded to a WebSocket, so that each frame is a message."""
        response = self.response
        return (
            response is not None
            and response.status == 101
            and (response.header("upgrade") or "").lower() == "websocket"
        )

    @property
    def changed(self) -> bool:
        """Whether the body differs from the digest that the recorder wrote; False if it wrote none."""
        return self.end is not None and self.end.sha256 is not None and self.end.sha256 != self.frames.sha256

    @property
    def timed(self) -> bool:
        """Whether arrival times were measured."""
        return self.clock != "none"

    @property
    def frames_timed(self) -> bool:
        """Whether the arrival of frames was measured. A log may have only the times when the response began and ended."""
        return self.timed and (not self.frames.at or any(at is not None for at in self.frames.at))

    @property
    def began_at(self) -> int | None:
        """When the request began (ns on this exchange's clock); None if unknown.

        A recorder's clock is 0 then. It is unknown for a pipe, and for a log unless that has the time.
        """
        if self.clock in ("monotonic", "kernel"):
            return None if self.source == "stdin" else 0
        return self.sent_at if self.clock == "log" else None


def message_type(data: bytes) -> str:
    """Return the `type` of a message that is a JSON object; "" if it has none."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return ""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, its name compared without case."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


def is_error_body(document: Mapping[str, Any]) -> bool:
    """Return whether a body is only an error in the format of AWS and other gateways: `{"message": …}`, possibly with a code."""
    message = document.get("message", document.get("Message"))
    return type(message) is str and document.keys() <= {"message", "Message", "__type", "code", "type", "status"}
