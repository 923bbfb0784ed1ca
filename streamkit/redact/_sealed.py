"""The redactor of an Amazon event stream, whose messages are sealed with checksums and may wrap their JSON in base64.

The payloads go, unwrapped, through the redactor of plain bodies; what it cut is wrapped again and the message sealed anew.
Both keep every length, so the frames are as long as they were. A frame waits until its messages are whole: before that
nothing in it can be read.
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
_LONGEST_WAIT = 1 << 20  # bytes of a message that is not whole, after which its frames are let go


class _Message(NamedTuple):
    """A message of the body: its offsets, and those of the bytes that were looked at; `wrapped` where they are base64."""

    start: int
    end: int
    first: int
    last: int
    wrapped: bool


class SealedRedactor:
    """Like BodyRedactor: frames in, those that need not wait out, and what was cut in them."""

    def __init__(self, policy: Policy) -> None:
        self._inner = BodyRedactor(policy)
        self._decoder = aws_eventstream.Decoder()
        self._window = bytearray()
        self._base = 0
        self._waiting: deque[tuple[int, int | None]] = deque()
        self._ends = array("Q")  # of every frame, its end offset
        self._messages: deque[_Message] = deque()  # those that the inner redactor still keeps
        self._message_starts, self._message_ends = array("Q"), array("Q")  # of every message, its offsets
        self._read = 0  # the offset after the last whole message

    def feed(self, data: bytes, at: int | None) -> list[tuple[bytes, int | None]]:
        """Take one frame; gives those that are ready for the disk."""
        self._window += data
        self._ends.append(self._base + len(self._window))
        self._waiting.append((self._ends[-1], at))
        for item in self._decoder.feed(data):
            self._read = item.end
            if isinstance(item, Event):
                self._look_into(item)
        return self._release()

    def close(self) -> list[tuple[bytes, int | None]]:
        """The body has ended: gives the frames that were waiting."""
        self._settle(self._inner.close())
        self._read = self._base + len(self._window)
        return self._release()

    @property
    def idle(self) -> bool:
        """Whether no frame waits."""
        return not self._waiting

    def masked(self) -> list[bytes]:
        """The frames that wait, as they may be written at once: what could become a part of a secret is masked, messages that
        have changed are sealed anew, and of a message that is not whole only the prelude stays."""
        window = bytearray(self._window)
        for message, data in zip(self._messages, self._inner.masked(), strict=True):
            self._put_back(window, message, data)
        begun = max(self._read - self._base, 0) + _PRELUDE_SIZE
        window[begun:] = b"*" * len(window[begun:])
        ends = [end - self._base for end, _ in self._waiting]
        return [bytes(window[start:end]) for start, end in pairwise([0, *ends])]

    @property
    def redacted(self) -> tuple[Redaction, ...]:
        """What was cut so far: the rule and the frames (from 1) that held the secret."""
        done = []
        for cut in self._inner.redacted:
            start = self._message_starts[(cut.first or 1) - 1]
            end = self._message_ends[(cut.last or 1) - 1]
            frames = (bisect.bisect_right(self._ends, offset) + 1 for offset in (start, end - 1))
            done.append(Redaction("frames", cut.rule, *frames))
        return tuple(done)

    def _look_into(self, event: Event) -> None:
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
        # The line feed lets the scan of strings find its feet, whatever the payload is.
        self._settle(self._inner.feed(inside + b"\n", None))

    def _settle(self, ready: list[tuple[bytes, int | None]]) -> None:
        """Put what came back where it came from, and seal the messages that have changed."""
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
        hold = self._read if whole - self._read <= _LONGEST_WAIT else whole
        if self._messages and whole - self._messages[0].start <= _LONGEST_WAIT:
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


def body_redactor(policy: Policy, content_type: str | None, head: bytes) -> BodyRedactor | SealedRedactor:
    """The redactor for a body of this content type that begins with these bytes."""
    if policy.cuts and (
        (content_type or "").lower().startswith("application/vnd.amazon.eventstream")
        or aws_eventstream.recognises(head)
    ):
        return SealedRedactor(policy)
    return BodyRedactor(policy)
