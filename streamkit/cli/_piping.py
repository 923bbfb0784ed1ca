"""`record -`: what comes on stdin is recorded with the times of its reads, and passed on."""

from __future__ import annotations

import os
import time

from streamkit.cli._recording import Job, Tap, opening
from streamkit.cli._showing import View
from streamkit.errors import UnreadableInput
from streamkit.formats import status_and_headers

INTERRUPTED = 130
_READ = 64 * 1024
_LONGEST_HEAD = 64 * 1024


def record_pipe(job: Job) -> int:
    """Record stdin to its end. The clock starts now; what one read gives is a frame."""
    if os.isatty(0):
        raise UnreadableInput("-", "nothing is piped in", remedy="curl -sN URL | streamkit record -")
    began = time.monotonic_ns()
    target = job.target("stdin", None)
    tap = Tap(opening("stdin", None, job.labels), target.open(), job.view(), job.policy, target.path)
    tap.start(None, None)
    head = _Head(tap, job.view() if job.show == "raw" else None)
    reason = "eof"
    try:
        while data := os.read(0, _READ):
            head.take(data, time.monotonic_ns() - began)
        head.close(time.monotonic_ns() - began)
    except KeyboardInterrupt:
        head.close(time.monotonic_ns() - began)
        reason = "interrupted"
    tap.end(time.monotonic_ns() - began, reason, None)
    code = job.close([tap], target.path)
    return INTERRUPTED if reason == "interrupted" else code


class _Head:
    """Takes the status line and headers off the front, where there are some, as `curl -i` prints them."""

    def __init__(self, tap: Tap, passed_on: View | None) -> None:
        self._tap = tap
        self._passed_on = passed_on
        self._held: bytes | None = b""  # the bytes of a head that is not whole; None once the body has begun

    def take(self, data: bytes, at: int) -> None:
        """Bytes that were read."""
        if self._held is None:
            self._tap.frame(data, at)
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
            if self._passed_on is not None:
                self._passed_on.frame(held[: len(held) - len(body)])
            self._tap.response(at, response.status, response.http, response.headers)
        if body:
            self._tap.frame(body, at)

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
