"""Record the response to a request, or a pipe, in constant memory.

recorders = Recorders(one_file("run.jsonl"), source="client", interpret=True)
[outcome] = record(Outgoing("GET", "http://localhost:8000/stream"), recorders).outcomes
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from streamkit.formats import status_and_headers
from streamkit.frozen import dataclass
from streamkit.service.outcome import Outcome
from streamkit.service.recorder import Recorder, Recorders
from streamkit.service.recording_files import Destination, a_file_each, default_path, file_name, one_file
from streamkit.service.sinks import Sink, Viewer
from streamkit.service.stopping import Stop, stopping

if TYPE_CHECKING:
    from streamkit.transport.client import Outgoing, Settings

__all__ = [
    "Destination",
    "HeadViewer",
    "Outcome",
    "Recorded",
    "Recorder",
    "Recorders",
    "Sink",
    "Stop",
    "Viewer",
    "a_file_each",
    "default_path",
    "file_name",
    "one_file",
    "record",
    "record_pipe",
    "stopping",
]

_READ = 64 * 1024
_LONGEST_HEAD = 64 * 1024


class HeadViewer(Viewer, Protocol):
    """A viewer that also receives the head of a pipe, byte for byte."""

    def head(self, data: bytes) -> None:
        """Called with the bytes of the status line and headers."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outcome of each exchange, in the order in which they began, and whether a signal stopped the recording."""

    outcomes: tuple[Outcome, ...]
    interrupted: bool = False


def record(
    request: Outgoing,
    recorders: Recorders,
    *,
    settings: Settings | None = None,
    count: int = 1,
    concurrency: int = 1,
    viewer: Callable[[], Viewer | None] = lambda: None,
    stop: Stop | None = None,
) -> Recorded:
    """Send a request `count` times, at most `concurrency` at once, and record each exchange, each with a new `viewer`.

    When `stop` is requested, running exchanges end as interrupted and no more are started.

    Network errors are outcomes. Raises UsageError for an invalid request or settings, and CannotWrite for a file that
    cannot be written.
    """
    import asyncio

    from streamkit.model.exchange import Body, Request
    from streamkit.service._repetition import Repetition

    recorders.prepare()
    body = None if request.body is None else Body.of(request.body)
    repetition = Repetition(
        outgoing=request,
        request=Request(request.method, request.url, request.headers, body),
        recorders=recorders,
        count=count,
        concurrency=concurrency,
        viewer=viewer,
    )
    stop = stop or Stop()
    interrupted = False
    try:
        asyncio.run(repetition.run(settings, stop))
    except KeyboardInterrupt:
        interrupted = True
    except asyncio.CancelledError:
        if stop.number is None:
            raise
    outcomes = tuple(outcome for _, outcome in sorted(repetition.outcomes.items()))
    return Recorded(outcomes, interrupted or stop.number is not None)


def record_pipe(
    recorders: Recorders, *, descriptor: int = 0, viewer: HeadViewer | None = None, stop: Stop | None = None
) -> Recorded:
    """Record a file descriptor to its end, or until `stop` is requested. The clock starts now; each read is a frame.

    A status line and headers at the start, as `curl -i` prints them, are recorded as the response.
    """
    outcomes: list[Outcome] = []
    began = time.monotonic_ns()
    # Not `recorders.prepare()`: the writer of the pipe has started already and would have to wait.
    recorder = recorders.recorder(None, viewer, on_end=outcomes.append)
    recorder.start(None, None)
    head = _Head(recorder, viewer)
    reason = "eof"
    stop = stop or Stop()
    try:
        while data := stop.read(descriptor, _READ):
            head.take(data, time.monotonic_ns() - began)
    except KeyboardInterrupt:
        reason = "interrupted"
    head.close(time.monotonic_ns() - began)
    recorder.end(time.monotonic_ns() - began, reason, stop.name)
    return Recorded(tuple(outcomes), reason == "interrupted")


class _Head:
    """Splits off the status line and headers that `curl -i` prints before the body."""

    def __init__(self, recorder: Recorder, viewer: HeadViewer | None) -> None:
        self._recorder = recorder
        self._viewer = viewer
        self._held: bytes | None = b""  # the bytes of an incomplete head; None once the body has begun

    def take(self, data: bytes, at: int) -> None:
        """Process bytes that were read."""
        if self._held is None:
            self._recorder.frame(data, at)
            return
        self._held += data
        if self._may_be_head() and not self._is_whole():
            return
        self.close(at)

    def close(self, at: int) -> None:
        """Pass on what is held back, head and body."""
        if self._held is None:
            return
        held, self._held = self._held, None
        response, body, _ = status_and_headers(held)
        if response is not None:
            if self._viewer is not None:
                self._viewer.head(held[: len(held) - len(body)])
            self._recorder.response(at, response.status, response.http, response.headers)
        if body:
            self._recorder.frame(body, at)

    def _may_be_head(self) -> bool:
        held = self._held or b""
        return len(held) < _LONGEST_HEAD and (held.startswith(b"HTTP/") or b"HTTP/".startswith(held[:5]))

    def _is_whole(self) -> bool:
        """Return whether the last head is complete (those of a proxy and of redirects precede it)."""
        held = self._held or b""
        response, body, _ = status_and_headers(held)
        ended = b"\r\n\r\n" in held or b"\n\n" in held
        interim = response is not None and (response.status < 200 or 300 <= response.status < 400)
        return ended and response is not None and not body.startswith(b"HTTP/") and not (interim and not body)
