"""Redact a body while it arrives: overwrite secrets in its frames, and hold back no frame longer than necessary."""

from __future__ import annotations

import bisect
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from operator import attrgetter, itemgetter

from streamkit.model.exchange import Redaction
from streamkit.redact._frame_template import FrameFit
from streamkit.redact._prefilter import NO_HITS, Hit, hits_of
from streamkit.redact._secret_scanner import SecretScanner, SecretSpan
from streamkit.redact._secrets import DEFAULT, MARK, Policy
from streamkit.redact._strings import UNJOINED_FIELDS, Channel, StringPiece, StringScanner, ends_between_values, keys_of
from streamkit.redact._templates import Templates
from streamkit.redact._unescape import MappedText

_MAX_IDLE = 16 * 1024  # bytes of the body after which a text that does not grow is no longer held back
_MAX_UNRESOLVED = 64 * 1024  # bytes of an event that may follow a string before its channel has to be known
_START = attrgetter("start")
_SECRET_CHARACTERS = re.compile(rb"[A-Za-z0-9_.~+/=%!#$&;@-]")


@cache
def _key(name: bytes) -> re.Pattern[bytes]:
    """Return the pattern of a JSON key with this name, or of any key if the name is empty."""
    return re.compile(rb'"%b"\s*:' % re.escape(name) if name else b"")


def _events(data: bytes) -> list[bytes]:
    """Divide a frame after its blank lines."""
    *events, rest = data.split(b"\n\n")
    return [event + b"\n\n" for event in events] + ([rest] if rest else [])


class BodyRedactor:
    """Redact the frames of one body.

    `feed` takes a frame and returns the frames that are ready to be written, in order. A frame is held back only while
    its end, or the end of a text that is being joined from deltas, could begin a secret. `redacted` lists what was removed.
    """

    def __init__(self, policy: Policy = DEFAULT, *, exhaustive: bool = False) -> None:
        # The user's patterns may begin with any text, so no frame can be skipped. `exhaustive` exists for the test that
        # skipping does not change the result.
        self._exhaustive = exhaustive or bool(policy.patterns)
        self._policy = policy
        self._waiting: deque[tuple[int, int | None]] = deque()  # the end offset and time of each frame
        self._window = bytearray()  # the bytes of the waiting frames
        self._mask = bytearray()  # for each of those bytes, 1 if it was overwritten
        self._base = 0  # the offset of the window in the body
        self._released = 0  # the number of frames that were returned
        self._raw = SecretScanner(policy, exhaustive=True)
        self._channels: dict[Channel, SecretScanner] = {}
        self._scanner = StringScanner()
        self._templates = Templates()
        self._at_rest = policy.enabled and not self._exhaustive  # whether the next frame may fit a template
        self._clears: Callable[[bytes], bool] | None = None  # the test of `clears` while nothing is held back
        self._later: list[StringPiece] = []  # pieces whose channel the rest of the event may still change
        self._provisional: list[tuple[Channel, StringPiece]] = []  # texts whose channel may still change
        self._secrets: list[SecretSpan] = []  # those that end in the window, in the order of their starts
        self._settled: list[SecretSpan] = []  # the others, which no further secret can contain

    def clears(self, data: bytes) -> bool:
        """Take a frame and return True if it may be written unchanged at once, which is known quickly for nearly all frames.

        Otherwise return False: the frame was not taken, and `feed` has to take it.
        """
        if self._clears is None or not self._clears(data):
            return False
        self._base += len(data)
        self._released += 1
        return True

    def feed(self, data: bytes, at: int | None) -> list[tuple[bytes, int | None]]:
        """Take one frame and its arrival time (ns or None); return the frames that are ready to be written."""
        ready = self._feed(data, at)
        settled = self._templates.settled
        at_rest = self._at_rest and not self._waiting and not self._channels
        self._clears = settled.clears if at_rest and settled is not None else None
        return ready

    def _feed(self, data: bytes, at: int | None) -> list[tuple[bytes, int | None]]:
        if not self._policy.enabled:
            return self._pass(data, at)
        if data.find(b"\n\n", 0, -2) >= 0:
            # The events of a frame are scanned one by one: many fit a template where the frame as a whole does not.
            base = self._hold(data, at)
            for event in _events(data):
                self._scan(event, base)
                base += len(event)
            return self._release()
        fit = self._templates.fit(data, wide=bool(self._channels)) if self._at_rest else None
        if fit is not None and not self._waiting and not self._channels and not fit.suspicious:
            return self._pass(data, at)
        base = self._hold(data, at)
        self._scan(data, base, fit)
        return self._release()

    def _pass(self, data: bytes, at: int | None) -> list[tuple[bytes, int | None]]:
        """Return a frame that needs no scan, while no frame is held back."""
        self._base += len(data)
        self._released += 1
        return [(data, at)]

    def _hold(self, data: bytes, at: int | None) -> int:
        """Add a frame to the window; return its offset in the body."""
        base = self._base + len(self._window)
        self._window += data
        self._mask += bytes(len(data))
        self._waiting.append((base + len(data), at))
        return base

    def _scan(self, data: bytes, base: int, fit: FrameFit | None = None) -> None:
        """Scan a frame or one of its events, at this offset of the body, and overwrite the secrets that it completes."""
        if self._at_rest and fit is None:
            fit = self._templates.fit(data, wide=bool(self._channels))
        for scanner in self._channels.values():
            scanner.idle += len(data)
        if fit is not None:
            if self._channels or fit.suspicious:
                self._scan_fit(data, fit, base)
            return
        hits = None if self._exhaustive else self._prefilter_hits(data)
        if self._at_rest and hits is not None:
            self._templates.learn(data, hits)
        if hits is NO_HITS:
            self._scan_channels([])
        else:
            pieces = self._scanner.feed(data, base)
            if hits is None or any(data[last - 1 : last] != b'"' for _, last in hits):
                self._apply(self._raw.feed(data, base))
            if hits is not None:
                pieces = self._relevant(pieces, hits, base)
            self._scan_channels(pieces)
        self._at_rest = not (self._exhaustive or self._later or self._raw.pending) and self._scanner.at_rest

    def close(self) -> list[tuple[bytes, int | None]]:
        """End the body; return the frames that were held back."""
        self._scan_channels([], last=True)
        for scanner in (self._raw, *self._channels.values()):
            self._apply(scanner.feed(b"", self._base + len(self._window), last=True))
        self._channels.clear()
        self._raw.tail = MappedText("", (), ())
        return self._release()

    @property
    def idle(self) -> bool:
        """Whether no frame is held back."""
        return not self._waiting

    def masked(self) -> list[bytes]:
        """Return the held-back frames in a form that may be written now: whatever could become part of a secret is masked.

        Their lengths, line breaks and complete JSON are preserved.
        """
        window = bytearray(self._window)
        for scanner in self._channels.values():
            for start, end in scanner.pending_spans:
                self._mask_text(window, start, end)
        for piece in self._later:
            self._mask_text(window, piece.start, piece.start + len(piece.raw))
        for start, end in self._raw.pending_spans:
            self._mask_raw(window, start, end)
        ends = [end - self._base for end, _ in self._waiting]
        return [bytes(window[start:end]) for start, end in pairwise([0, *ends])]

    def _mask_text(self, window: bytearray, start: int, end: int) -> None:
        """Mask a part of a string value, widened to whole characters."""
        first, last = self._characters(start, end)
        window[first:last] = b"*" * (last - first)

    def _mask_raw(self, window: bytearray, start: int, end: int) -> None:
        """Mask the characters that a secret may contain, and leave JSON syntax and line breaks alone.

        A pattern of the user may begin with any character; the texts of strings are already masked at this point.
        """
        start = max(start - self._base, 0)
        if self._policy.patterns and b'"' in window:
            start = max(start, window.rfind(b"\n") + 1)
            start = max(start, window.rfind(b'"') + 1)
        window[start : end - self._base] = _SECRET_CHARACTERS.sub(b"*", window[start : end - self._base])

    def _characters(self, start: int, end: int) -> tuple[int, int]:
        """Convert a span of the body into one of the window, widened to whole UTF-8 characters."""
        first, last = max(start - self._base, 0), max(end - self._base, 0)
        while 0 < first < last and self._window[first] & 0xC0 == 0x80:
            first -= 1
        while last < len(self._window) and self._window[last] & 0xC0 == 0x80:
            last += 1
        return first, last

    @property
    def redacted(self) -> tuple[Redaction, ...]:
        """What was redacted so far: the rule, and the first and last frame (from 1) of the secret."""
        found = sorted(self._settled + self._secrets, key=lambda secret: (secret.start, secret.end))
        return tuple(Redaction("frames", secret.rule, secret.first, secret.last) for secret in found)

    def _prefilter_hits(self, data: bytes) -> list[Hit] | None:
        """Return the spans of a frame that may contain or begin a secret.

        None means that the whole frame has to be scanned; NO_HITS, that it can be skipped: it contains nothing suspicious
        and does not continue a text that is held back.
        """
        if self._later or self._raw.pending or not self._scanner.between_values or not ends_between_values(data):
            return None
        hits = hits_of(data)
        if hits or any(key.search(data) for key in self._pending_keys()):
            return hits or []
        return NO_HITS if self._scanner.skip(data) else []

    def _pending_keys(self) -> Iterator[re.Pattern[bytes]]:
        """Yield patterns that a frame matches if it continues a pending text: the innermost key of each."""
        for channel in self._channels:
            yield _key(next((part for part in channel if part != b"[]" and isinstance(part, bytes)), b""))

    def _relevant(self, pieces: list[StringPiece], hits: list[Hit], base: int) -> list[StringPiece]:
        """Return the pieces that contain a hit, or that may continue a text that is pending or has a hit in this frame."""
        keys = {channel[0] for channel in self._channels}
        relevant = []
        for piece in pieces:
            if piece.key in UNJOINED_FIELDS:
                continue
            if piece.key not in keys:
                start = piece.start - base
                end = start + len(piece.raw)
                if not any(first <= end and start < last for first, last in hits):
                    continue
                keys.add(piece.key)
            relevant.append(piece)
        return relevant

    def _scan_channels(self, pieces: list[StringPiece], *, last: bool = False) -> None:
        self._reassign()
        pieces = self._later + pieces
        self._later = []
        for number, piece in enumerate(pieces):
            channel = piece.channel
            if not last and not piece.resolved and self._is_ambiguous(channel):
                span = pieces[-1].start + len(pieces[-1].raw) - piece.start
                if span <= _MAX_UNRESOLVED:
                    self._later = pieces[number:]
                    break
            self._scan_piece(piece, channel)
        self._drop_channels()

    def _scan_fit(self, data: bytes, fit: FrameFit, base: int) -> None:
        """Scan the texts of a frame that fits a template, as far as they are relevant (see `_relevant`)."""
        self._reassign()
        keys = {channel[0] for channel in self._channels}
        for channel, piece in fit.texts(data, keys, base):
            self._scan_piece(piece, channel)
        self._drop_channels()

    def _drop_channels(self) -> None:
        """Forget the channels in which nothing is pending, or has not been for long."""
        self._channels = {
            channel: scanner
            for channel, scanner in self._channels.items()
            if scanner.pending and scanner.idle <= _MAX_IDLE
        }

    def _scan_piece(self, piece: StringPiece, channel: Channel) -> None:
        if channel[0] in UNJOINED_FIELDS:
            return
        scanner = self._channels.get(channel) or SecretScanner(self._policy, exhaustive=self._exhaustive)
        scanner.idle = 0
        self._apply(scanner.feed(piece.raw, piece.start))
        self._channels[channel] = scanner
        if scanner.pending and not piece.resolved:
            self._provisional.append((channel, piece))

    def _reassign(self) -> None:
        """Move texts whose channel has changed since they were read to their new channel."""
        known, self._provisional = self._provisional, []
        for channel, piece in known:
            name = piece.channel
            if name != channel and channel in self._channels:
                self._channels[name] = self._channels.pop(channel)
            if not piece.resolved:
                self._provisional.append((name, piece))

    def _is_ambiguous(self, channel: Channel) -> bool:
        """Whether a pending text has the same keys but other indices, so that this channel may turn out to be that one."""
        keys = keys_of(channel)
        return any(
            known != channel and scanner.pending and keys_of(known) == keys for known, scanner in self._channels.items()
        )

    def _apply(self, found: Iterable[tuple[SecretSpan, Sequence[tuple[int, int]]]]) -> None:
        """Overwrite secrets. Bytes that another scanner has already overwritten do not count as a second secret."""
        for secret, spans in found:
            changed = False
            secret.spans += spans
            # Resolved now, while its frames are held back: the ends of returned frames are not kept.
            secret.first = secret.first or self._frame_at(secret.start)
            secret.last = self._frame_at(secret.end - 1)
            for start, end in spans:
                if start < self._base:
                    continue
                start, end = self._characters(start, end)
                if all(self._mask[start:end]):
                    continue
                labelled = (
                    start + self._base == secret.start and end - start >= len(MARK) and not any(self._mask[start:end])
                )
                changed = True
                self._window[start:end] = (MARK.encode() if labelled else b"").ljust(end - start, b"*")
                self._mask[start:end] = b"\x01" * (end - start)
            if not secret.counted:
                self._count(secret, changed=changed)

    def _count(self, secret: SecretSpan, *, changed: bool) -> None:
        """Add a secret in place of the parts of it that were found before. One that has neither parts nor `changed` any byte is
        a part of a known one."""
        first = bisect.bisect_left(self._secrets, secret.start, key=_START)
        after = bisect.bisect_left(self._secrets, secret.end, lo=first, key=_START)
        others = [known for known in self._secrets[first:after] if not secret.contains(known)]
        if changed or len(others) < after - first:
            secret.counted = True
            self._secrets[first:after] = [secret, *others]

    def _release(self) -> list[tuple[bytes, int | None]]:
        holds = [scanner.tail.starts[0] for scanner in self._channels.values() if scanner.tail.text]
        if self._raw.hold_from is not None:
            holds.append(self._raw.hold_from)
        holds += [piece.start for piece in self._later[:1]]
        hold = min(holds, default=None)
        ready: list[tuple[bytes, int | None]] = []
        done = 0
        while self._waiting and (hold is None or self._waiting[0][0] <= hold):
            end, at = self._waiting.popleft()
            ready.append((bytes(self._window[done : end - self._base]), at))
            done = end - self._base
            self._released += 1
        del self._window[:done], self._mask[:done]
        self._base += done
        if done and self._secrets:
            self._settled += [secret for secret in self._secrets if secret.end <= self._base]
            self._secrets = [secret for secret in self._secrets if secret.end > self._base]
        return ready

    def _frame_at(self, offset: int) -> int:
        """Return the number (from 1) of the held-back frame that contains this byte."""
        return self._released + 1 + bisect.bisect_right(self._waiting, offset, key=itemgetter(0))
