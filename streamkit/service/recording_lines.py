"""Turns what a transport sees into the redacted lines of a recording, as it happens.

Pure: clock readings are arguments, in nanoseconds from the moment just before name look-up and connect. Every call gives
lines to write, in order and each whole. The line of every frame is among those that its own call gives: what could begin a
secret at its end is masked in it, and a later line takes its place, at the same length, once that is known.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from streamkit.model import recording
from streamkit.model.exchange import Clock, End, Exchange, Headers, Redaction, Response
from streamkit.model.limits import FRAME_COSTS, LARGEST_EXCHANGE, LONGEST_LINE
from streamkit.redact.redactor import (
    DEFAULT,
    BodyRedactor,
    EventStreamRedactor,
    Policy,
    body_redactor,
    redact_labels,
    redact_request,
    redact_response,
    redact_text,
    redact_url,
)

_LIMIT = f"an exchange may have {LARGEST_EXCHANGE >> 20} MiB"


class Line(NamedTuple):
    """A line to write at the end; or, where it `replaces` the line of that number, exactly over that one.

    `number` is that of a line which another may replace, so its place is to be remembered; None for all others.
    """

    text: bytes
    number: int | None = None
    replaces: int | None = None


class RecordingLines:
    """Produces the lines of one exchange: `start`, then `response` if there is one, then each `frame`, then `end`.

    `opening` holds what is known before anything is sent: request, source, clock, `recorded_at`, labels, tool. Without
    `patches`, lines are only ever added: one that could hold the beginning of a secret waits, and a note tells so.
    """

    def __init__(self, opening: Exchange, policy: Policy = DEFAULT, *, patches: bool = False) -> None:
        self._opening = opening
        self._policy = policy
        self._body: BodyRedactor | EventStreamRedactor | None = None  # chosen by the first frame
        self._content_type: str | None = None
        self._digest = hashlib.sha256()
        self._started = False
        self._notes: list[Line] = []
        self._patches = patches
        self._told = False  # whether a note has said that lines wait
        self._masked: deque[int] = deque()  # the lengths of the lines that are written and masked
        self.frames = 0
        self.bytes = 0
        self.redactions = 0  # secrets removed; those of the body are counted at its end
        self.reason: str | None = None  # how the exchange ended, and what ended it, redacted
        self.error: str | None = None
        self._size = 0  # bytes of memory that the exchange takes when it is read, about
        self._full = False  # whether it has become as large as a reader takes

    def start(
        self, *, connected_at: int | None = None, sent_at: int | None = None, clock: Clock | None = None
    ) -> list[Line]:
        """The exchange begins: the request was sent, or could not be. `clock` None is that of the opening."""
        self._started = True
        labels, cuts = redact_labels(self._opening.labels, self._policy)
        clock = clock or self._opening.clock
        opening = replace(self._opening, connected_at=connected_at, sent_at=sent_at, clock=clock, labels=labels)
        opening = replace(opening, redacted=opening.redacted + cuts)
        self.redactions += len(cuts)
        if opening.request is not None:
            request, cuts = redact_request(opening.request, self._policy)
            opening = replace(opening, request=request, redacted=opening.redacted + cuts)
            self.redactions += len(cuts)
        notes, self._notes = self._notes, []
        line = recording.start_line(opening)
        if len(line) > LONGEST_LINE and opening.request is not None:
            notes += self.note({"said": f"the request body is not recorded: its line would have {len(line)} bytes"})
            line = recording.start_line(replace(opening, request=replace(opening.request, body=None)))
        return self._counted([Line(line), *notes])

    def note(self, fields: Mapping[str, Any]) -> list[Line]:
        """Something to keep that is no part of the exchange; what comes before the start waits for it."""
        line = Line(recording.note_line(**{name: self._clean(value) for name, value in fields.items()}))
        if self._started:
            return self._counted([line])
        self._notes.append(line)
        return []

    def response(self, at: int | None, status: int, http: str, headers: Headers) -> list[Line]:
        """Status line and headers have come."""
        response = Response(at, status, http, headers)
        self._content_type = response.header("content-type")
        response = redact_response(response, self._policy)
        self.redactions += len(response.redacted)
        return self._counted([Line(recording.response_line(response))])

    def frame(self, data: bytes, at: int | None) -> list[Line]:
        """A frame of the body has come. Nothing is recorded of those that are beyond what a reader takes."""
        if self._full:
            return []
        if self._body is None:
            self._body = body_redactor(self._policy, self._content_type, data)
        lines = self._settled(self._body.feed(data, at))
        if not self._body.idle:
            lines += self._unsettled(self._body.masked(), data, at)
        self._counted(lines)
        if self._size > LARGEST_EXCHANGE - LARGEST_EXCHANGE // 16:  # frames that wait, and the end, shall fit too
            self._full = True
            lines += self.note({"said": f"the rest of the body is not recorded: {_LIMIT}"})
        return lines

    def end(
        self, at: int | None, reason: str, error: str | None = None, client: Mapping[str, Any] | None = None
    ) -> list[Line]:
        """The exchange is over; the frames that were waiting, and the end line. Starts it where it never did."""
        lines = [] if self._started else self.start()
        redacted: tuple[Redaction, ...] = ()
        if self._body is not None:
            lines += self._settled(self._body.close())
            redacted = self._body.redacted
            self.redactions += len(redacted)
        if self._full:
            ending = f"the answer ended with {reason}" + (f" ({error})" if error else "")
            reason, error = "limit", f"not all of the body is recorded: {_LIMIT}; {ending}"
        self.reason, self.error = reason, self._clean(error)
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
        lines.append(Line(recording.end_line(end)))
        return lines

    def _counted(self, lines: list[Line]) -> list[Line]:
        for text, _, replaces in lines:
            if replaces is None:
                self._size += len(text) + FRAME_COSTS
        return lines

    def _clean(self, value: Any) -> Any:
        if not isinstance(value, str) or not self._policy.enabled:
            return value
        return redact_text(redact_url(value, []) if "://" in value else value, self._policy)[0]

    def _settled(self, frames: Iterable[tuple[bytes, int | None]]) -> list[Line]:
        """The lines of frames whose bytes are final; those that were written masked take the place of what was."""
        lines = []
        for data, at in frames:
            number = self.frames
            self.frames += 1
            self.bytes += len(data)
            self._digest.update(data)
            text = recording.frame_line(data, at)
            if self._masked:
                length = self._masked.popleft()
                if len(text) > length:
                    # What was no text may be text without the secret, and longer so.
                    text = recording.frame_line(data, at, binary=True)
                lines.append(Line(_as_long_as(text, length), replaces=number))
            else:
                lines.append(Line(text))
        return lines

    def _unsettled(self, waiting: list[bytes], data: bytes, at: int | None) -> list[Line]:
        """The line of the frame that has just come and cannot be settled yet."""
        if self._patches:
            text = recording.frame_line(waiting[-1], at)
            length = max(len(text), len(recording.frame_line(data, at)))
            self._masked.append(length)
            return [Line(_as_long_as(text, length), number=self.frames + len(waiting) - 1)]
        if self._told:
            return []
        self._told = True
        return self.note(
            {"said": "lines cannot be changed here once they are written, so some wait for what follows them"}
        )


def _as_long_as(line: bytes, length: int) -> bytes:
    """The line with blanks before its end, so that it covers another one."""
    return line if len(line) == length else line[:-1].ljust(length - 1) + b"\n"
