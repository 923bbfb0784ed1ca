"""Record one exchange as it happens: show it, redact it, write it, and summarize it at the end.

The client, the proxy and a pipe use the same recorder. Written data is not kept in memory, except for the fields of the
outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from streamkit.errors import PartStays, StreamkitError
from streamkit.frozen import dataclass
from streamkit.model.exchange import Clock, End, Exchange, Headers, Origin, Redaction, Request, Response, header
from streamkit.model.limits import LARGEST_FRAME
from streamkit.redact.redactor import DEFAULT, Policy, body_redactor, redact_request, redact_text
from streamkit.service.outcome import Outcome, interpretation
from streamkit.service.recording_lines import OutputLine, RecordingLines
from streamkit.service.sinks import PatchableSink, Sink, Viewer
from streamkit.tool import TOOL
from streamkit.transport.content_coding import CannotDecode, ContentDecoder, TooLarge

if TYPE_CHECKING:
    from streamkit.apis import Incremental


# A frame whose end could begin a secret, so that it needs every pattern.
_SAMPLE = b'data: {"choices":[{"index":0,"delta":{"content":"sk-"}}]}\n\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorders:
    """How exchanges are recorded; `recorder` creates the recorder of one exchange.

    `open` returns the sink of an exchange, given the redacted request, or None for a pipe. `on_end` is called with each
    outcome. `on_error` is called if an exchange cannot be written, which then continues unrecorded; if it is None, the
    error is raised. `decode` removes the content coding of the body. `interpret` sets the outcome's fields about the
    stream. `keep` stores the lines in the outcome, so memory grows with the exchange.
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

    def prepare(self) -> None:
        """Build the redactor's patterns and load the APIs now; otherwise the first frames would wait for it.

        The patterns alone take about 20 ms, and the kernel gives everything that arrives in such a pause the same time.
        """
        if self.policy.enabled:
            body_redactor(self.policy, "text/event-stream", _SAMPLE).feed(_SAMPLE, None)
            redact_text(_SAMPLE.decode(), self.policy)  # of requests
        if self.interpret:
            from streamkit.apis import Incremental

            Incremental.prepare()

    def recorder(
        self,
        request: Request | None,
        viewer: Viewer | None = None,
        *,
        on_end: Callable[[Outcome], None] = lambda _: None,
    ) -> Recorder:
        """Create the recorder of one exchange; its own `on_end` is called after the shared one.

        Raises StreamkitError if the sink cannot be opened and `on_error` is None.
        """
        return Recorder(self, request, viewer, on_end)


class Recorder:
    """Writes one exchange. Call `start`, `response`, `frame` for each frame, and `end`; `note` at any time in between."""

    def __init__(
        self, recorders: Recorders, request: Request | None, viewer: Viewer | None, on_end: Callable[[Outcome], None]
    ) -> None:
        self._recorders = recorders
        self._on_end = on_end
        redactions: tuple[Redaction, ...] = ()
        self._request = request
        if request is not None:
            self._request, redactions = redact_request(request, recorders.policy)
        self._viewer = viewer
        self._incremental = _incremental(_opening(recorders, request)) if recorders.interpret else None
        self._decoder: ContentDecoder | None = None
        self._status: int | None = None
        self._frames = 0
        self._client: dict[str, int] | None = None
        self._kept: list[bytes] = []
        self._path: str | None = None
        self._lost = self._written = False
        self._plain = self._incremental is None and not recorders.keep  # whether frames are only written
        self._sink: Sink | None = None
        self._patches: PatchableSink | None = None
        try:
            self._sink = recorders.open(self._request)
        except StreamkitError as error:
            self._fail(error)
        if getattr(self._sink, "patchable", False):  # `isinstance` with a protocol takes longer than opening the file
            self._patches = cast("PatchableSink", self._sink)
        self._recording = RecordingLines(
            _opening(recorders, self._request),
            recorders.policy,
            redactions=redactions,
            patches=self._sink is None or self._patches is not None,
        )
        self._positions: dict[
            int, tuple[int, int]
        ] = {}  # lines that may be replaced: their positions in the sink and in `_kept`

    def start(self, connected_at: int | None, sent_at: int | None, clock: Clock = "monotonic") -> None:
        """Record that the request was sent or could not be. Times are nanoseconds since the exchange began."""
        self._write(self._recording.start(connected_at=connected_at, sent_at=sent_at, clock=clock))

    def response(self, at: int | None, status: int, http: str, headers: Headers) -> None:
        """Called with the status line and headers."""
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
        """Record a frame of the body."""
        self.frames([data], at)

    def frames(self, frames: list[bytes], at: int) -> None:
        """Record the frames of one read: write their lines with one write, then show them.

        The frames are in the file before they are shown or forwarded, so a killed process has not forwarded more than it recorded.
        """
        texts: list[bytes] = []
        if self._plain:
            line_of = self._recording.plain_frame
            for data in frames:
                text = line_of(data, at) if len(data) <= LARGEST_FRAME else None
                if text is None:
                    break
                texts.append(text)
            self._frames += len(texts)
        if len(texts) < len(frames):
            lines = [OutputLine(text) for text in texts]
            for data in frames[len(texts) :]:
                lines += self._lines_of(data, at)
            self._write(lines)
        elif self._sink is not None:
            try:
                self._sink.write(texts[0] if len(texts) == 1 else b"".join(texts))
                self._written = True
            except (StreamkitError, OSError) as error:
                self._fail(error)
        if self._viewer is not None:
            for data in frames:
                self._viewer.frame(data)

    def _lines_of(self, data: bytes, at: int) -> list[OutputLine]:
        if self._decoder is not None:
            data = self._decoded(self._decoder, data)
        if 0 < len(data) <= LARGEST_FRAME:
            return self._lines_of_piece(data, at)
        lines: list[OutputLine] = []
        # A piece of compressed data may decode to nothing yet, or to more than one frame may hold.
        for start in range(0, len(data), LARGEST_FRAME):
            lines += self._lines_of_piece(data[start : start + LARGEST_FRAME], at)
        return lines

    def _lines_of_piece(self, data: bytes, at: int) -> list[OutputLine]:
        self._frames += 1
        if self._incremental is not None:
            self._incremental.frame(data, at)
        return self._recording.frame(data, at)

    def sent(self, data: bytes, at: int) -> None:
        """Record a message that the client of a WebSocket sent."""
        if self._incremental is not None:
            self._incremental.sent(data, at)
        self._write(self._recording.sent(data, at))

    def note(self, fields: Mapping[str, Any]) -> None:
        """Record a note for readers of the recording."""
        self._write(self._recording.note(fields))

    def client_disconnected(self, at: int) -> None:
        """Record that the client of a proxy has disconnected."""
        self._client = {"left_at": at, "after_frame": self._frames}

    def end(self, at: int, reason: str, error: str | None) -> None:
        """End the exchange: close the file and report the outcome."""
        self._write(self._recording.end(at, reason, error, self._client))
        self._close()
        if self._viewer is not None:
            self._viewer.close()
        outcome = self._outcome(End(at=at, reason=self._recording.reason or reason, error=error))
        self._recorders.on_end(outcome)
        self._on_end(outcome)

    def _close(self) -> None:
        if self._sink is None:
            return
        try:
            self._sink.close()
            self._path = self._sink.path
        except (StreamkitError, OSError) as error:
            self._fail(error)

    def _outcome(self, end: End) -> Outcome:
        recording = self._recording
        interpreted = {} if self._incremental is None else interpretation(self._incremental, end)
        return Outcome(
            path=self._path,
            request=self._request,
            status=self._status,
            reason=end.reason,
            error=recording.error,
            frames=self._frames,
            size=recording.bytes,
            redactions=recording.redactions,
            lost=self._lost,
            lines=tuple(self._kept),
            **interpreted,
        )

    def _decode(self, coding: str) -> None:
        if coding.lower() != "identity":
            decoder = ContentDecoder(coding)
            stored = "is stored decoded" if decoder.supported else "is stored unchanged: no library for this coding"
            self.note({"said": f"the body was compressed and {stored}", "content-encoding": coding})
            self._decoder = decoder if decoder.supported else None
            self._plain = self._plain and self._decoder is None

    def _decoded(self, decoder: ContentDecoder, data: bytes) -> bytes:
        try:
            return decoder.feed(data)
        except (CannotDecode, TooLarge) as error:
            self.note({"said": f"the rest of the body is stored unchanged: {error}"})
            self._decoder = None
            return data

    def _write(self, lines: list[OutputLine]) -> None:
        """Overwrite the lines that have become final, then append the new ones with one write."""
        texts: list[bytes] = []
        new: dict[int, int] = {}  # the index of each new line that may be replaced later
        try:
            for text, number, replaces in lines:
                if replaces is None:
                    if number is not None:
                        new[number] = len(texts)
                    texts.append(text)
                elif replaces in new:
                    texts[new.pop(replaces)] = text
                else:
                    self._replace(text, *self._positions.pop(replaces))
            self._add(texts, new)
        except (StreamkitError, OSError) as error:
            self._fail(error)

    def _add(self, texts: list[bytes], new: Mapping[int, int]) -> None:
        end = 0
        if self._sink is not None and texts:
            self._sink.write(texts[0] if len(texts) == 1 else b"".join(texts))
            self._written = True
            if new and self._patches is not None:
                end = self._patches.position()
        for number, index in new.items():
            self._positions[number] = end - sum(map(len, texts[index:])), len(self._kept) + index
        if self._recorders.keep:
            self._kept += texts

    def _replace(self, text: bytes, position: int, index: int) -> None:
        if self._recorders.keep:
            self._kept[index] = text
        if self._patches is not None:
            self._patches.patch(position, text)

    def _fail(self, error: Exception) -> None:
        """Continue without a file and report the error to `on_error`, or raise it if `on_error` is None."""
        sink, self._sink, self._patches = self._sink, None, None
        self._lost = True
        if sink is not None:
            with suppress(StreamkitError, OSError):
                sink.close()
            self._path = sink.path if self._written else None
        if self._recorders.on_error is None:
            raise error
        self._recorders.on_error(
            str(error) if isinstance(error, PartStays) else f"the exchange continues unrecorded: {error}"
        )


def _opening(recorders: Recorders, request: Request | None) -> Exchange:
    """Return what is known about an exchange before it begins."""
    return Exchange(
        request=request,
        source=recorders.source,
        clock="monotonic",
        recorded_at=datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        labels=recorders.labels,
        tool=TOOL,
        origin=Origin("-"),
    )


def _incremental(opening: Exchange) -> Incremental:
    from streamkit.apis import Incremental

    return Incremental(opening)
