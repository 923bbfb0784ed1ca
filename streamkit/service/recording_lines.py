"""Turns what a transport sees into the redacted lines of a recording, as it happens.

Pure: clock readings are arguments, in nanoseconds since just before name look-up and connect. Every call returns the
lines that are ready to be written, each whole; a frame that may end within a secret waits for the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from streamkit.model import recording
from streamkit.model.exchange import End, Exchange, Headers, Redaction, Response
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
    """Produces the lines of one exchange: `start`, then `response` if there is one, then each `frame`, then `end`.

    `opening` is what is known before anything is sent: request, source, clock, `recorded_at`, labels, tool.
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
        self.redactions = 0  # secrets removed; those of the body are counted at its end
        self.error: str | None = None  # what ended the exchange, redacted

    def start(self, *, connected_at: int | None = None, sent_at: int | None = None) -> list[bytes]:
        """The exchange begins: the request was sent, or could not be."""
        self._started = True
        opening = replace(self._opening, connected_at=connected_at, sent_at=sent_at)
        if opening.request is not None:
            request, cuts = redact_request(opening.request, self._policy)
            opening = replace(opening, request=request, redacted=opening.redacted + cuts)
            self.redactions += len(cuts)
        notes, self._notes = self._notes, []
        return [recording.start_line(opening), *notes]

    def note(self, fields: Mapping[str, Any]) -> list[bytes]:
        """A note beside the exchange; notes before the start are held until then."""
        line = recording.note_line(**{name: self._clean(value) for name, value in fields.items()})
        if self._started:
            return [line]
        self._notes.append(line)
        return []

    def response(self, at: int | None, status: int, http: str, headers: Headers) -> list[bytes]:
        """The status line and headers."""
        response = Response(at, status, http, headers)
        self._content_type = response.header("content-type")
        response = redact_response(response, self._policy)
        self.redactions += len(response.redacted)
        return [recording.response_line(response)]

    def frame(self, data: bytes, at: int | None) -> list[bytes]:
        """A frame of the body."""
        if self._body is None:
            self._body = body_redactor(self._policy, self._content_type, data)
        return self._lines(self._body.feed(data, at))

    def end(
        self, at: int | None, reason: str, error: str | None = None, client: Mapping[str, Any] | None = None
    ) -> list[bytes]:
        """The exchange is over: the frames that were waiting, and the end line. Starts the exchange if it never began."""
        lines = [] if self._started else self.start()
        redacted: tuple[Redaction, ...] = ()
        if self._body is not None:
            lines += self._lines(self._body.close())
            redacted = self._body.redacted
            self.redactions += len(redacted)
        self.error = self._clean(error)
        end = End(
            at=at,
            reason=reason,
            frames=self.frames,
            bytes=self.bytes,
            sha256=self._digest.hexdigest(),
            error=self.error,
            redacted=redacted,
            client=client,
        )
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
