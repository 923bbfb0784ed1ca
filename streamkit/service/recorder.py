"""One exchange recorded as it happens: shown, cut of its secrets, written, and summed up when it is over.

A recorder is a listener of the client, of the proxy and of a pipe alike. It keeps nothing of what it has written but what
its outcome tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

from streamkit.errors import StreamkitError
from streamkit.model.exchange import Clock, End, Exchange, Headers, Origin, Request, Response, header
from streamkit.redact.redactor import DEFAULT, Policy, redact_request
from streamkit.service.recording_lines import RecordingLines
from streamkit.tool import tool
from streamkit.transport.content_coding import CannotDecode, Decoder, TooLarge

if TYPE_CHECKING:
    from streamkit.apis import Incremental
    from streamkit.model.measurement import TokenCount
    from streamkit.model.stream import Verdict


class Sink(Protocol):
    """Where the lines of one exchange go: a file being written, or a part of one."""

    path: str

    def write(self, data: bytes, /) -> None:
        """Write these bytes."""
        ...

    def close(self) -> None:
        """The exchange is over."""
        ...


class Viewer(Protocol):
    """Sees the body as it arrives, once it is written."""

    def response(self, response: Response) -> None:
        """Status line and headers have come."""
        ...

    def frame(self, data: bytes) -> None:
        """A frame of the body has come."""
        ...

    def close(self) -> None:
        """The body has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of an exchange when it is over.

    `size` are the bytes of the body. `path` is None where it could not be written, `request` where none was seen (a pipe). `error` and everything in the file
    has its secrets cut; `redactions` counts them. The last three are filled where recorders `interpret`: `first_token` in
    nanoseconds after the request. `lines` are those of the recording, where recorders `keep` them.
    """

    path: str | None
    request: Request | None
    status: int | None
    reason: str
    error: str | None = None
    frames: int = 0
    size: int = 0
    redactions: int = 0
    lines: tuple[bytes, ...] = ()
    verdict: Verdict | None = None
    first_token: int | None = None
    tokens: TokenCount | None = None

    @property
    def complete(self) -> bool:
        """Whether the exchange came to its own end: a stream that is complete, or a plain answer that is whole."""
        if self.reason != "eof" or (self.status is not None and not 200 <= self.status < 300):
            return False
        return self.verdict == "complete" or (self.verdict == "not-a-stream" and self.size > 0)

    def __str__(self) -> str:
        frames = f"{self.frames} frame{'' if self.frames == 1 else 's'}"
        asked = "stdin"
        if self.request is not None:
            target = urlsplit(self.request.url)
            asked = f"{self.request.method} {target.netloc}{target.path}"
        return f"{asked}: {self.status or 'no answer'}, {self.reason}, {frames}: {self.path or 'not recorded'}"


@dataclass(frozen=True, slots=True)
class Recorders:
    """How exchanges are recorded; `recorder` makes the recorder of one.

    `open` gives the sink of an exchange; it is handed the request without secrets, or None for a pipe. `on_end` gets the
    outcome of each. `on_error` gets what keeps an exchange from being written, which then goes on unrecorded; where it is
    None, the error is raised. `decode` takes the content coding off the body. `interpret` fills in what the outcome tells
    of the stream. `keep` holds the lines for the outcome: memory then grows with the exchange.
    """

    open: Callable[[Request | None], Sink]
    source: Literal["client", "proxy", "stdin"] = "proxy"
    policy: Policy = DEFAULT
    labels: Mapping[str, str] = field(default_factory=dict)
    on_end: Callable[[Outcome], None] = lambda _: None
    on_error: Callable[[str], None] | None = None
    decode: bool = False
    interpret: bool = False
    keep: bool = False

    def recorder(
        self,
        request: Request | None,
        viewer: Viewer | None = None,
        *,
        on_end: Callable[[Outcome], None] = lambda _: None,
    ) -> Recorder:
        """The recorder of one exchange; `on_end` gets its outcome after that of all.

        Raises StreamkitError where the sink cannot be opened and `on_error` is None.
        """
        return Recorder(self, request, viewer, on_end)


class Recorder:
    """Listens to one exchange and writes it down: `start`, `response`, `frame` by `frame`, `end`, with notes between."""

    def __init__(
        self, recorders: Recorders, request: Request | None, viewer: Viewer | None, on_end: Callable[[Outcome], None]
    ) -> None:
        self._recorders = recorders
        self._on_end = on_end
        self._request = request
        self._viewer = viewer
        opening = _opening(recorders, request)
        self._recording = RecordingLines(opening, recorders.policy)
        self._incremental = _incremental(opening) if recorders.interpret else None
        self._decoder: Decoder | None = None
        self._status: int | None = None
        self._frames = 0
        self._client: dict[str, int] | None = None
        self._kept: list[bytes] = []
        self._sink: Sink | None = None
        try:
            self._sink = recorders.open(request and redact_request(request, recorders.policy)[0])
        except StreamkitError as error:
            self._fail(error)

    def start(self, connected_at: int | None, sent_at: int | None, clock: Clock = "monotonic") -> None:
        """The request is on its way, or failed to be. Times are nanoseconds after the exchange began."""
        self._write(self._recording.start(connected_at=connected_at, sent_at=sent_at, clock=clock))

    def response(self, at: int | None, status: int, http: str, headers: Headers) -> None:
        """Status line and headers have come."""
        self._status = status
        response = Response(at, status, http, headers)
        if self._viewer is not None:
            self._viewer.response(response)
        if self._incremental is not None:
            self._incremental.response(response)
        self._write(self._recording.response(at, status, http, headers))
        if self._recorders.decode:
            self._decode(header(headers, "content-encoding") or "identity")

    def frame(self, data: bytes, at: int) -> None:
        """A frame of the body has come."""
        self.frames([data], at)

    def frames(self, frames: list[bytes], at: int) -> None:
        """These frames of the body have come in one read: their lines are written in one write, then they are shown."""
        lines: list[bytes] = []
        for data in frames:
            lines += self._lines_of(data, at)
        self._write(lines)
        if self._viewer is not None:
            for data in frames:
                self._viewer.frame(data)

    def _lines_of(self, data: bytes, at: int) -> list[bytes]:
        if self._decoder is not None:
            data = self._decoded(self._decoder, data)
        if not data:  # a piece of a content coding that tells nothing yet
            return []
        self._frames += 1
        if self._incremental is not None:
            self._incremental.frame(data, at)
        return self._recording.frame(data, at)

    def note(self, fields: Mapping[str, Any]) -> None:
        """Something that a reader of the recording may want to know."""
        self._write(self._recording.note(fields))

    def left(self, at: int) -> None:
        """The client of a proxy has gone."""
        self._client = {"left_at": at, "after_frame": self._frames}

    def end(self, at: int, reason: str, error: str | None) -> None:
        """The exchange is over: the file is whole, and the outcome is handed on."""
        self._write(self._recording.end(at, reason, error, self._client))
        if self._viewer is not None:
            self._viewer.close()
        path = self._sink.path if self._sink is not None else None
        try:
            if self._sink is not None:
                self._sink.close()
        except StreamkitError as failed:
            self._fail(failed)
            path = None
        outcome = self._outcome(path, End(at, reason, error=error))
        self._recorders.on_end(outcome)
        self._on_end(outcome)

    def _outcome(self, path: str | None, end: End) -> Outcome:
        recording = self._recording
        told = {} if self._incremental is None else _told(self._incremental, end)
        return Outcome(
            path=path,
            request=self._request,
            status=self._status,
            reason=end.reason,
            error=recording.error,
            frames=self._frames,
            size=recording.bytes,
            redactions=recording.redactions,
            lines=tuple(self._kept),
            **told,
        )

    def _decode(self, coding: str) -> None:
        if coding.lower() != "identity":
            decoder = Decoder(coding)
            stored = "is stored decoded" if decoder.known else "is stored as it came: no library for it is installed"
            self.note({"said": f"the body came encoded and {stored}", "content-encoding": coding})
            self._decoder = decoder if decoder.known else None

    def _decoded(self, decoder: Decoder, data: bytes) -> bytes:
        try:
            return decoder.feed(data)
        except (CannotDecode, TooLarge) as error:
            self.note({"said": f"the rest of the body is stored as it came: {error}"})
            self._decoder = None
            return data

    def _write(self, lines: list[bytes]) -> None:
        if self._recorders.keep:
            self._kept += lines
        try:
            if self._sink is not None and lines:
                self._sink.write(lines[0] if len(lines) == 1 else b"".join(lines))
        except (StreamkitError, OSError) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Go on without a file, or raise the error where nobody is there to be told."""
        self._sink = None
        if self._recorders.on_error is None:
            raise error
        self._recorders.on_error(f"the exchange goes on and is not recorded: {error}")


def _opening(recorders: Recorders, request: Request | None) -> Exchange:
    """What is known of an exchange before it begins: now, by this program."""
    return Exchange(
        request=request,
        source=recorders.source,
        clock="monotonic",
        recorded_at=datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        labels=recorders.labels,
        tool=tool(),
        origin=Origin("-"),
    )


def _incremental(opening: Exchange) -> Incremental:
    from streamkit.apis import Incremental

    return Incremental(opening)


def _told(incremental: Incremental, end: End) -> dict[str, Any]:
    """What the outcome tells of the stream."""
    from streamkit.metrics import METRICS, measure
    from streamkit.model.measurement import TokenCount

    stream = incremental.close(end)
    samples = measure(stream, [METRICS["time_to_first_token"], METRICS["output_tokens"]]).samples
    first, tokens = samples["time_to_first_token"].values, samples["output_tokens"]
    return {
        "verdict": stream.verdict,
        "first_token": int(first[0]) if first else None,
        "tokens": TokenCount(int(tokens.values[0]), tokens.source) if tokens.values else None,
    }
