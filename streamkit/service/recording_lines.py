"""Turns what a transport sees into the lines of a recording, as it happens, secrets cut.

Pure: clock readings are arguments, in nanoseconds from the moment just before name look-up and connect. Every call gives
the lines that are ready for the disk, each to be written whole; a frame whose end could begin a secret waits for the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from streamkit.model import recording
from streamkit.model.exchange import Clock, End, Exchange, Headers, Redaction, Response
from streamkit.redact.redactor import (
    DEFAULT,
    BodyRedactor,
    Policy,
    SealedRedactor,
    body_redactor,
    cut_url,
    redact_request,
    redact_response,
    redact_text,
)


class RecordingLines:
    """The recorder of one exchange: `start`, then `response` where one came, then `frame` by `frame`, then `end`.

    `opening` holds what is known before anything is sent: request, source, clock, `recorded_at`, labels, tool.
    """

    def __init__(self, opening: Exchange, policy: Policy = DEFAULT) -> None:
        self._opening = opening
        self._policy = policy
        self._body: BodyRedactor | SealedRedactor | None = None  # chosen by the first frame
        self._content_type: str | None = None
        self._digest = hashlib.sha256()
        self._started = False
        self._notes: list[bytes] = []
        self.frames = 0
        self.bytes = 0
        self.redactions = 0  # secrets cut; those of the body once it has ended
        self.error: str | None = None  # what ended the exchange, its secrets cut

    def start(
        self, *, connected_at: int | None = None, sent_at: int | None = None, clock: Clock | None = None
    ) -> list[bytes]:
        """The exchange begins: once the request is sent, or could not be sent. `clock` is that of the opening, if None."""
        self._started = True
        clock = clock or self._opening.clock
        opening = replace(self._opening, connected_at=connected_at, sent_at=sent_at, clock=clock)
        if opening.request is not None:
            request, cuts = redact_request(opening.request, self._policy)
            opening = replace(opening, request=request, redacted=opening.redacted + cuts)
            self.redactions += len(cuts)
        notes, self._notes = self._notes, []
        return [recording.start_line(opening), *notes]

    def note(self, fields: Mapping[str, Any]) -> list[bytes]:
        """Something to keep that is no part of the exchange; what comes before the start waits for it."""
        line = recording.note_line(**{name: self._clean(value) for name, value in fields.items()})
        if self._started:
            return [line]
        self._notes.append(line)
        return []

    def response(self, at: int | None, status: int, http: str, headers: Headers) -> list[bytes]:
        """Status line and headers have come."""
        response = Response(at, status, http, headers)
        self._content_type = response.header("content-type")
        response = redact_response(response, self._policy)
        self.redactions += len(response.redacted)
        return [recording.response_line(response)]

    def frame(self, data: bytes, at: int | None) -> list[bytes]:
        """A frame of the body has come."""
        if self._body is None:
            self._body = body_redactor(self._policy, self._content_type, data)
        return self._lines(self._body.feed(data, at))

    def end(
        self, at: int | None, reason: str, error: str | None = None, client: Mapping[str, Any] | None = None
    ) -> list[bytes]:
        """The exchange is over; the frames that were waiting, and the end line. Starts it where it never did."""
        lines = [] if self._started else self.start()
        redacted: tuple[Redaction, ...] = ()
        if self._body is not None:
            lines += self._lines(self._body.close())
            redacted = self._body.redacted
            self.redactions += len(redacted)
        self.error = self._clean(error)
        end = End(at, reason, self.frames, self.bytes, self._digest.hexdigest(), self.error, redacted, client)
        lines.append(recording.end_line(end))
        return lines

    def _clean(self, value: Any) -> Any:
        if not isinstance(value, str) or not self._policy.cuts:
            return value
        return redact_text(cut_url(value, []) if "://" in value else value, self._policy)[0]

    def _lines(self, frames: list[tuple[bytes, int | None]]) -> list[bytes]:
        lines = []
        for data, at in frames:
            self.frames += 1
            self.bytes += len(data)
            self._digest.update(data)
            lines.append(recording.frame_line(data, at))
        return lines
