"""Turn the events of a transport into the redacted lines of a recording, as they happen.

This module does no I/O and reads no clock: times are arguments, in nanoseconds since just before the name look-up. Every call
returns the lines to write, each complete and in order. The line of a frame is returned by the call with that frame: if its last
bytes could be the beginning of a secret, they are masked, and a later line of the same length replaces it once that is known.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from streamkit.model import recording
from streamkit.model.exchange import Clock, End, Exchange, Headers, Redaction, Response
from streamkit.model.limits import FRAME_COSTS, LARGEST_EXCHANGE, LARGEST_REQUEST_COPY
from streamkit.redact.redactor import (
    DEFAULT,
    BodyRedactor,
    EventStreamRedactor,
    Policy,
    body_redactor,
    redact_labels,
    redact_message,
    redact_request,
    redact_response,
    redact_text,
    redact_url,
)

# Frames that are digested together, unless they are larger than _LARGE bytes: a digest that is updated for each frame of a
# thousand streams is never in the processor's cache.
_DIGESTED_AT_ONCE, _LARGE = 16, 4096
_LIMIT = f"an exchange is limited to {LARGEST_EXCHANGE >> 20} MiB"


class OutputLine(NamedTuple):
    """A line to append or, if `replaces` is a line number, to write over that line.

    `number` is set if a later line may replace this one, so that its position must be remembered.
    """

    text: bytes
    number: int | None = None
    replaces: int | None = None


class RecordingLines:
    """Produces the lines of one exchange. Call `start`, `response` if there is one, `frame` for each frame, and `end`.

    `opening` has what is known before the request is sent: request, source, clock, `recorded_at`, labels, tool. If its request
    is redacted already, `redactions` is what was removed. Without `patches`, lines are never replaced: one that could end in the beginning of a secret is held back, with a note.
    """

    def __init__(
        self,
        opening: Exchange,
        policy: Policy = DEFAULT,
        *,
        redactions: tuple[Redaction, ...] | None = None,
        patches: bool = False,
    ) -> None:
        if opening.request is not None and redactions is None:
            request, redactions = redact_request(opening.request, policy)
            opening = replace(opening, request=request)
        self._opening = opening
        self._redactions = redactions or ()
        self._policy = policy
        self._body: BodyRedactor | EventStreamRedactor | None = None  # chosen by the first frame
        self._content_type: str | None = None
        self._digest = hashlib.sha256()
        self._undigested: list[bytes] = []
        self._started = False
        self._notes: list[OutputLine] = []
        self._patches = patches
        self._noted = False  # whether a note about held-back lines was written
        self._masked: deque[int] = deque()  # the lengths of the masked lines that were written
        self.frames = 0
        self.bytes = 0
        self.redactions = 0  # secrets removed; those of the body are added at its end
        self.reason: str | None = None  # how the exchange ended; `error` is redacted
        self.error: str | None = None
        self._size = 0  # approximate memory (bytes) that the exchange needs when read
        self._largest = LARGEST_EXCHANGE - LARGEST_EXCHANGE // 16  # leaves space for held-back frames and the end
        self._sent_cuts: tuple[Redaction, ...] = ()
        self._full = False  # whether the size limit of readers is reached

    def start(
        self, *, connected_at: int | None = None, sent_at: int | None = None, clock: Clock | None = None
    ) -> list[OutputLine]:
        """Begin the exchange: the request was sent or could not be. `clock` is by default that of the opening."""
        self._started = True
        labels, cuts = redact_labels(self._opening.labels, self._policy)
        clock = clock or self._opening.clock
        opening = replace(
            self._opening,
            connected_at=connected_at,
            sent_at=sent_at,
            clock=clock,
            labels=labels,
            redacted=self._opening.redacted + cuts + self._redactions,
        )
        self.redactions += len(cuts) + len(self._redactions)
        notes, self._notes = self._notes, []
        return self._counted([*map(OutputLine, recording.opening_lines(opening)), *notes])

    def note(self, fields: Mapping[str, Any]) -> list[OutputLine]:
        """Add a note. Notes before `start` are held back until then."""
        line = OutputLine(recording.note_line(**{name: self._clean(value) for name, value in fields.items()}))
        if self._started:
            return self._counted([line])
        self._notes.append(line)
        return []

    def response(self, at: int | None, status: int, http: str, headers: Headers) -> list[OutputLine]:
        """Add the status line and headers."""
        response = Response(at, status, http, headers)
        self._content_type = response.header("content-type")
        response = redact_response(response, self._policy)
        self.redactions += len(response.redacted)
        return self._counted([OutputLine(recording.response_line(response))])

    def plain_frame(self, data: bytes, at: int | None) -> bytes | None:
        """Add a frame of the body and return its line, if that is final, as it is for nearly all frames.

        Otherwise return None: the frame was not added, and `frame` has to add it.
        """
        body = self._body
        if body is None or self._masked or self._size > self._largest or not body.clears(data):
            return None
        line = recording.frame_line(data, at)
        self.frames += 1
        self.bytes += len(data)
        self._size += len(line) + FRAME_COSTS
        self._undigested.append(data)
        if len(self._undigested) >= _DIGESTED_AT_ONCE or len(data) > _LARGE:
            self._update_digest()
        return line

    def frame(self, data: bytes, at: int | None) -> list[OutputLine]:
        """Add a frame of the body, unless it exceeds the size limit of readers."""
        if self._full:
            return []
        if self._body is None:
            self._body = body_redactor(self._policy, self._content_type, data)
        lines = self._settled(self._body.feed(data, at))
        self._update_digest()
        if not self._body.idle:
            lines += self._unsettled(self._body.masked(), data, at)
        self._counted(lines)
        if self._size > self._largest:
            self._full = True
            lines += self.note({"said": f"the rest of the body is not recorded: {_LIMIT}"})
        return lines

    def sent(self, data: bytes, at: int | None) -> list[OutputLine]:
        """Add a message that the client of a WebSocket sent, redacted like the body of a request."""
        if self._full:
            return []
        if len(data) > LARGEST_REQUEST_COPY:
            size = LARGEST_REQUEST_COPY >> 20
            return self.note({"said": f"a message of the client is not recorded: more than {size} MiB"})
        data, cuts = redact_message(data, self._policy)
        self._sent_cuts += cuts
        return self._counted([OutputLine(recording.sent_line(data, at))])

    def end(
        self, at: int | None, reason: str, error: str | None = None, client: Mapping[str, Any] | None = None
    ) -> list[OutputLine]:
        """End the exchange, after starting it if necessary: return the held-back frames and the end line."""
        lines = [] if self._started else self.start()
        redacted: tuple[Redaction, ...] = ()
        if self._body is not None:
            lines += self._settled(self._body.close())
            redacted = self._body.redacted
        redacted += self._sent_cuts
        self.redactions += len(redacted)
        if self._full:
            ending = f"the response ended with {reason}" + (f" ({error})" if error else "")
            reason, error = "limit", f"the body is recorded in part: {_LIMIT}; {ending}"
        self.reason, self.error = reason, self._clean(error)
        self._update_digest()
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
        lines.append(OutputLine(recording.end_line(end)))
        return lines

    def _update_digest(self) -> None:
        self._digest.update(b"".join(self._undigested))
        self._undigested.clear()

    def _counted(self, lines: list[OutputLine]) -> list[OutputLine]:
        for text, _, replaces in lines:
            if replaces is None:
                self._size += len(text) + FRAME_COSTS
        return lines

    def _clean(self, value: Any) -> Any:
        if not isinstance(value, str) or not self._policy.enabled:
            return value
        return redact_text(redact_url(value, []) if "://" in value else value, self._policy)[0]

    def _settled(self, frames: Iterable[tuple[bytes, int | None]]) -> list[OutputLine]:
        """Return the lines of frames whose bytes are final; they replace the masked lines written for them."""
        lines = []
        for data, at in frames:
            number = self.frames
            self.frames += 1
            self.bytes += len(data)
            self._undigested.append(data)
            text = recording.frame_line(data, at)
            if self._masked:
                length = self._masked.popleft()
                if len(text) > length:
                    # Without the secret, bytes that were not valid text may be, and take more space.
                    text = recording.frame_line(data, at, binary=True)
                lines.append(OutputLine(_as_long_as(text, length), replaces=number))
            else:
                lines.append(OutputLine(text))
        return lines

    def _unsettled(self, waiting: list[bytes], data: bytes, at: int | None) -> list[OutputLine]:
        """Return the line of a frame that just arrived and is not final yet."""
        if self._patches:
            text = recording.frame_line(waiting[-1], at)
            length = max(len(text), len(recording.frame_line(data, at)))
            self._masked.append(length)
            return [OutputLine(_as_long_as(text, length), number=self.frames + len(waiting) - 1)]
        if self._noted:
            return []
        self._noted = True
        return self.note(
            {"said": "written lines cannot be changed in this output, so some are written only after the next frame"}
        )


def _as_long_as(line: bytes, length: int) -> bytes:
    """Return the line padded with spaces to this length, so that it covers the line it replaces."""
    return line if len(line) == length else line[:-1].ljust(length - 1) + b"\n"
