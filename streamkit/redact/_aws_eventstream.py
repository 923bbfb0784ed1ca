"""Redact an Amazon event stream, whose messages carry checksums and may wrap their JSON in base64.

Payloads are decoded and passed through `BodyRedactor`; a payload that changes is encoded again and its message's checksum
recomputed. Neither changes a length, so every frame keeps its size. A frame is held back until its messages are complete,
because an incomplete message cannot be read.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import re
from array import array
from collections import deque
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

from streamkit.model.exchange import Redaction
from streamkit.redact._secrets import Policy
from streamkit.redact.body import BodyRedactor
from streamkit.wire import aws_eventstream
from streamkit.wire.values import Event

_WRAPPED = re.compile(rb'"bytes"\s*:\s*"([A-Za-z0-9+/]+={0,2})"')
_CRC_SIZE = 4
_PRELUDE_SIZE = 12
_MAX_HELD = 1 << 20  # bytes of an incomplete message after which its frames are released


class _Message(NamedTuple):
    """A message of the body: its offsets, and those of the payload that was scanned; `wrapped` if that is base64."""

    start: int
    end: int
    first: int
    last: int
    wrapped: bool


class EventStreamRedactor:
    """Redact the frames of one Amazon event stream. The interface is that of `BodyRedactor`."""

    def __init__(self, policy: Policy) -> None:
        self._inner = BodyRedactor(policy)
        self._decoder = aws_eventstream.Decoder()
        self._window = bytearray()
        self._base = 0
        self._waiting: deque[tuple[int, int | None]] = deque()
        self._ends = array("Q")  # the end offset of every frame
        self._messages: deque[_Message] = deque()  # the messages that the inner redactor still holds back
        self._message_starts, self._message_ends = array("Q"), array("Q")  # the offsets of every message
        self._read = 0  # the offset after the last complete message

    def clears(self, data: bytes) -> bool:
        """Return False: see `BodyRedactor.clears`."""
        return False

    def feed(self, data: bytes, at: int | None) -> list[tuple[bytes, int | None]]:
        """Take one frame and its arrival time (ns or None); return the frames that are ready to be written."""
        self._window += data
        self._ends.append(self._base + len(self._window))
        self._waiting.append((self._ends[-1], at))
        for item in self._decoder.feed(data):
            self._read = item.end
            if isinstance(item, Event):
                self._redact_payload(item)
        return self._release()

    def close(self) -> list[tuple[bytes, int | None]]:
        """End the body; return the frames that were held back."""
        self._restore(self._inner.close())
        self._read = self._base + len(self._window)
        return self._release()

    @property
    def idle(self) -> bool:
        """Whether no frame is held back."""
        return not self._waiting

    def masked(self) -> list[bytes]:
        """Return the held-back frames in a form that may be written now.

        Whatever could become part of a secret is masked, checksums of changed messages are recomputed, and of an incomplete
        message only the prelude is kept.
        """
        window = bytearray(self._window)
        for message, data in zip(self._messages, self._inner.masked(), strict=True):
            self._put_back(window, message, data)
        begun = max(self._read - self._base, 0) + _PRELUDE_SIZE
        window[begun:] = b"*" * len(window[begun:])
        ends = [end - self._base for end, _ in self._waiting]
        return [bytes(window[start:end]) for start, end in pairwise([0, *ends])]

    @property
    def redacted(self) -> tuple[Redaction, ...]:
        """What was redacted so far: the rule, and the first and last frame (from 1) of the secret."""
        done = []
        for cut in self._inner.redacted:
            start = self._message_starts[(cut.first or 1) - 1]
            end = self._message_ends[(cut.last or 1) - 1]
            frames = (bisect.bisect_right(self._ends, offset) + 1 for offset in (start, end - 1))
            done.append(Redaction("frames", cut.rule, *frames))
        return tuple(done)

    def _redact_payload(self, event: Event) -> None:
        first = event.end - _CRC_SIZE - len(event.data)
        last = event.end - _CRC_SIZE
        inside, wrapped = event.data, False
        if (found := _WRAPPED.search(event.data)) is not None:
            try:
                inside = base64.b64decode(found[1], validate=True)
            except binascii.Error:
                pass
            else:
                wrapped = True
                first, last = first + found.start(1), first + found.end(1)
        self._messages.append(_Message(event.start, event.end, first, last, wrapped))
        self._message_starts.append(event.start)
        self._message_ends.append(event.end)
        # A line feed resets the string scanner, whatever the payload contains.
        self._restore(self._inner.feed(inside + b"\n", None))

    def _restore(self, ready: list[tuple[bytes, int | None]]) -> None:
        """Put redacted payloads back into their messages, and recompute the checksums of those that changed."""
        for data, _ in ready:
            self._put_back(self._window, self._messages.popleft(), data)

    def _put_back(self, window: bytearray, message: _Message, data: bytes) -> None:
        inside = base64.b64encode(data[:-1]) if message.wrapped else data[:-1]
        first, last = message.first - self._base, message.last - self._base
        if first < 0 or window[first:last] == inside:
            return
        window[first:last] = inside
        start, sealed = message.start - self._base, message.end - self._base - _CRC_SIZE
        window[sealed : sealed + _CRC_SIZE] = crc32(window[start:sealed]).to_bytes(_CRC_SIZE, "big")

    def _release(self) -> list[tuple[bytes, int | None]]:
        whole = self._base + len(self._window)
        hold = self._read if whole - self._read <= _MAX_HELD else whole
        if self._messages and whole - self._messages[0].start <= _MAX_HELD:
            hold = min(hold, self._messages[0].start)
        ready: list[tuple[bytes, int | None]] = []
        done = 0
        while self._waiting and self._waiting[0][0] <= hold:
            end, at = self._waiting.popleft()
            ready.append((bytes(self._window[done : end - self._base]), at))
            done = end - self._base
        del self._window[:done]
        self._base += done
        return ready


def body_redactor(policy: Policy, content_type: str | None, head: bytes) -> BodyRedactor | EventStreamRedactor:
    """Return the redactor for a body with this content type and these first bytes."""
    if policy.enabled and (
        (content_type or "").lower().startswith("application/vnd.amazon.eventstream")
        or aws_eventstream.recognises(head)
    ):
        return EventStreamRedactor(policy)
    return BodyRedactor(policy)
