"""Recording: send a request, or read a pipe, and write down what comes, in memory that does not grow with it.

recorders = Recorders(one_file("run.jsonl"), source="client", interpret=True)
[outcome] = record(Outgoing("GET", "http://localhost:8000/stream"), recorders).outcomes
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from streamkit.formats import status_and_headers
from streamkit.service.recorder import Outcome, Recorder, Recorders, Sink, Viewer
from streamkit.service.recording_files import Destination, a_file_each, default_path, file_name, one_file

if TYPE_CHECKING:
    import asyncio

    from streamkit.transport.client import Client, Outgoing, Settings

__all__ = [
    "Destination",
    "HeadViewer",
    "Outcome",
    "Recorded",
    "Recorder",
    "Recorders",
    "Sink",
    "Viewer",
    "a_file_each",
    "default_path",
    "file_name",
    "one_file",
    "record",
    "record_pipe",
]

_READ = 64 * 1024
_LONGEST_HEAD = 64 * 1024


class HeadViewer(Viewer, Protocol):
    """A viewer that sees the head of a pipe as well, byte for byte."""

    def head(self, data: bytes) -> None:
        """The bytes of the status line and headers."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded: the outcome of each exchange, in the order in which they began, and whether Ctrl-C ended it."""

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
) -> Recorded:
    """Send a request `count` times, at most `concurrency` at once, and record each exchange with a `viewer` of its own.

    What a network does is an outcome. Raises UsageError for a request or settings that cannot be used, and the errors of a
    file that cannot be written.
    """
    import asyncio

    from streamkit.model.exchange import Body, Request
    from streamkit.transport.client import Client

    body = None if request.body is None else Body.of(request.body)
    asked = Request(request.method, request.url, request.headers, body)
    outcomes: dict[int, Outcome] = {}

    async def one(client: Client, turn: asyncio.Semaphore, number: int) -> None:
        async with turn:
            recorder = recorders.recorder(asked, viewer(), on_end=lambda outcome: outcomes.update({number: outcome}))
            await client.send(request, recorder)

    async def every() -> None:
        turn = asyncio.Semaphore(concurrency)
        async with Client(settings) as client:
            tasks = [asyncio.create_task(one(client, turn, number)) for number in range(count)]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    if recorders.interpret:
        from streamkit.apis import Incremental

        # A pipe is not made to wait for this: whoever writes to it has begun already.
        Incremental.prepare()
    interrupted = False
    try:
        asyncio.run(every())
    except KeyboardInterrupt:
        interrupted = True
    return Recorded(tuple(outcome for _, outcome in sorted(outcomes.items())), interrupted)


def record_pipe(recorders: Recorders, *, descriptor: int = 0, viewer: HeadViewer | None = None) -> Recorded:
    """Record what can be read from a file descriptor to its end. The clock starts now; what one read gives is a frame.

    A status line and headers in front, as `curl -i` prints them, are taken for the response.
    """
    outcomes: list[Outcome] = []
    began = time.monotonic_ns()
    recorder = recorders.recorder(None, viewer, on_end=outcomes.append)
    recorder.start(None, None)
    head = _Head(recorder, viewer)
    reason = "eof"
    try:
        while data := os.read(descriptor, _READ):
            head.take(data, time.monotonic_ns() - began)
    except KeyboardInterrupt:
        reason = "interrupted"
    head.close(time.monotonic_ns() - began)
    recorder.end(time.monotonic_ns() - began, reason, None)
    return Recorded(tuple(outcomes), reason == "interrupted")


class _Head:
    """Takes the status line and headers off the front, where there are some, as `curl -i` prints them."""

    def __init__(self, recorder: Recorder, viewer: HeadViewer | None) -> None:
        self._recorder = recorder
        self._viewer = viewer
        self._held: bytes | None = b""  # the bytes of a head that is not whole; None once the body has begun

    def take(self, data: bytes, at: int) -> None:
        """Bytes that were read."""
        if self._held is None:
            self._recorder.frame(data, at)
            return
        self._held += data
        if self._could_be_head() and not self._whole():
            return
        self.close(at)

    def close(self, at: int) -> None:
        """No more of a head will come: what is held is head and body."""
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

    def _could_be_head(self) -> bool:
        held = self._held or b""
        return len(held) < _LONGEST_HEAD and (held.startswith(b"HTTP/") or b"HTTP/".startswith(held[:5]))

    def _whole(self) -> bool:
        """Whether the last of the heads (a proxy's and a redirect's come before it) has its blank line."""
        held = self._held or b""
        response, body, _ = status_and_headers(held)
        ended = b"\r\n\r\n" in held or b"\n\n" in held
        interim = response is not None and (response.status < 200 or 300 <= response.status < 400)
        return ended and response is not None and not body.startswith(b"HTTP/") and not (interim and not body)
