"""The redactor of a body: cuts secrets out of frames while they arrive, and lets none wait longer than it must."""

from __future__ import annotations

import bisect
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from operator import itemgetter

from streamkit.model.exchange import Redaction
from streamkit.redact._normal import Text
from streamkit.redact._reading import Cut, Reading
from streamkit.redact._secrets import DEFAULT, MARK, Policy
from streamkit.redact._sieve import NOTHING, Hit, Sieve
from streamkit.redact._strings import WHOLE_FIELDS, Channel, Piece, Scanner, bare

_PATIENCE = 16 * 1024  # bytes of a body while which a text may stand still before its end is no longer waited for
_UNSETTLED = 64 * 1024  # bytes of an event that may follow a text before the event tells which text it belongs to
_SECRET_CHARACTERS = re.compile(rb"[A-Za-z0-9_.~+/=%!#$&;@-]")


@cache
def _key(name: bytes) -> re.Pattern[bytes]:
    """A key of this name in JSON; any at all where the name is empty."""
    return re.compile(rb'"%b"\s*:' % re.escape(name) if name else b"")


class BodyRedactor:
    """The redactor of one body: frames in, the frames that need not wait out, in order, with what was cut in them."""

    def __init__(self, policy: Policy = DEFAULT, *, plain: bool = False) -> None:
        # What begins a pattern of the user's nobody knows, so nothing can be passed over. `plain` is for the proof that
        # passing over changes nothing.
        self._plain = plain or bool(policy.patterns)
        self._policy = policy
        self._waiting: deque[tuple[int, int | None]] = deque()  # the end offset and time of each frame
        self._window = bytearray()  # the bytes of the waiting frames
        self._mask = bytearray()  # of each of them, whether it was cut
        self._base = 0  # the offset of the window in the body
        self._released = 0  # how many frames went on
        self._raw = Reading(policy)
        self._channels: dict[Channel, Reading] = {}
        self._scanner = Scanner()
        self._sieve = Sieve()
        self._later: list[Piece] = []  # pieces of an event that has not told yet which text they belong to
        self._provisional: list[tuple[Channel, Piece]] = []  # texts that were named before all was known
        self._cuts: list[Cut] = []

    def feed(self, data: bytes, at: int | None) -> list[tuple[bytes, int | None]]:
        """Take one frame; gives those that are ready for the disk."""
        base = self._base + len(self._window)
        hits = None if self._plain else self._hits(data)
        if not self._policy.cuts or (hits is NOTHING and not self._waiting):
            self._base = base + len(data)
            self._released += 1
            return [(data, at)]
        self._window += data
        self._mask += bytes(len(data))
        self._waiting.append((base + len(data), at))
        for reading in self._channels.values():
            reading.idle += len(data)
        if hits is NOTHING:
            self._read_channels([])
        else:
            pieces = self._scanner.feed(data, base)
            if hits is None or any(data[last - 1 : last] != b'"' for _, last in hits):
                self._apply(self._raw.read(data, base))
            if hits is not None:
                pieces = self._worth_reading(pieces, hits, base)
            self._read_channels(pieces)
        return self._release()

    def close(self) -> list[tuple[bytes, int | None]]:
        """The body has ended: gives the frames that were waiting."""
        self._read_channels([], last=True)
        for reading in (self._raw, *self._channels.values()):
            self._apply(reading.read(b"", self._base + len(self._window), last=True))
        self._channels.clear()
        self._raw.tail = Text("", (), ())
        return self._release()

    @property
    def idle(self) -> bool:
        """Whether no frame waits."""
        return not self._waiting

    def masked(self) -> list[bytes]:
        """The frames that wait, as they may be written at once: all that could become a part of a secret is masked.

        Their lengths, their lines and the JSON that is whole in them stay.
        """
        window = bytearray(self._window)
        for reading in self._channels.values():
            for start, end in reading.suspicious:
                self._mask_text(window, start, end)
        for piece in self._later:
            self._mask_text(window, piece.start, piece.start + len(piece.raw))
        for start, end in self._raw.suspicious:
            self._mask_raw(window, start, end)
        ends = [end - self._base for end, _ in self._waiting]
        return [bytes(window[start:end]) for start, end in pairwise([0, *ends])]

    def _mask_text(self, window: bytearray, start: int, end: int) -> None:
        """Mask a part of a string value, with the whole of the characters of which it holds a part."""
        first, last = self._characters(start, end)
        window[first:last] = b"*" * (last - first)

    def _mask_raw(self, window: bytearray, start: int, end: int) -> None:
        """Mask what can be in a secret, and leave what holds JSON and lines together. A pattern of the user's could begin with
        anything: where there are strings, their texts are masked already."""
        start = max(start - self._base, 0)
        if self._policy.patterns and b'"' in window:
            start = max(start, window.rfind(b"\n") + 1)
            start = max(start, window.rfind(b'"') + 1)
        window[start : end - self._base] = _SECRET_CHARACTERS.sub(b"*", window[start : end - self._base])

    def _characters(self, start: int, end: int) -> tuple[int, int]:
        """The span in the window, widened to whole characters of UTF-8."""
        first, last = max(start - self._base, 0), max(end - self._base, 0)
        while 0 < first < last and self._window[first] & 0xC0 == 0x80:
            first -= 1
        while last < len(self._window) and self._window[last] & 0xC0 == 0x80:
            last += 1
        return first, last

    @property
    def redacted(self) -> tuple[Redaction, ...]:
        """What was cut so far: the rule and the frames (from 1) that held the secret."""
        cuts = sorted(self._cuts, key=lambda cut: (cut.start, cut.end))
        return tuple(Redaction("frames", cut.rule, cut.first, cut.last) for cut in cuts)

    def _hits(self, data: bytes) -> list[Hit] | None:
        """Where a frame may hold or begin a secret; None where it has to be read as a whole, and NOTHING where it neither
        does nor goes on with a text that waits."""
        if self._later or self._raw.waits or not self._scanner.between_values or not data.endswith(b"\n"):
            return None
        hits = self._sieve.hits(data)
        if hits or any(leaf.search(data) for leaf in self._leaves()):
            return hits or []
        return NOTHING if self._scanner.skip(data) else []

    def _leaves(self) -> Iterator[re.Pattern[bytes]]:
        """What shows that a frame goes on with a text that waits: its innermost key."""
        for channel in self._channels:
            yield _key(next((part for part in channel if part != b"[]" and isinstance(part, bytes)), b""))

    def _worth_reading(self, pieces: list[Piece], hits: list[Hit], base: int) -> list[Piece]:
        """The pieces in which something was found, and those that a text may go on in which waits or is found here."""
        leaves = {channel[0] for channel in self._channels}
        worth = []
        for piece in pieces:
            if piece.leaf in WHOLE_FIELDS:
                continue
            if piece.leaf not in leaves:
                start = piece.start - base
                end = start + len(piece.raw)
                if not any(first <= end and start < last for first, last in hits):
                    continue
                leaves.add(piece.leaf)
            worth.append(piece)
        return worth

    def _read_channels(self, pieces: list[Piece], *, last: bool = False) -> None:
        self._settle()
        pieces = self._later + pieces
        self._later = []
        for number, piece in enumerate(pieces):
            channel = piece.channel
            if not last and not piece.settled and self._could_be_another(channel):
                span = pieces[-1].start + len(pieces[-1].raw) - piece.start
                if span <= _UNSETTLED:
                    self._later = pieces[number:]
                    break
            self._read_piece(piece, channel)
        self._channels = {
            channel: reading
            for channel, reading in self._channels.items()
            if reading.waits and reading.idle <= _PATIENCE
        }

    def _read_piece(self, piece: Piece, channel: Channel) -> None:
        if channel[0] in WHOLE_FIELDS:
            return
        reading = self._channels.get(channel) or Reading(self._policy)
        reading.idle = 0
        self._apply(reading.read(piece.raw, piece.start))
        self._channels[channel] = reading
        if reading.waits and not piece.settled:
            self._provisional.append((channel, piece))

    def _settle(self) -> None:
        """Give the texts that were named too early the names that they turned out to have."""
        known, self._provisional = self._provisional, []
        for channel, piece in known:
            name = piece.channel
            if name != channel and channel in self._channels:
                self._channels[name] = self._channels.pop(channel)
            if not piece.settled:
                self._provisional.append((name, piece))

    def _could_be_another(self, channel: Channel) -> bool:
        """Whether a text that waits has the same keys and other indices, so that this may turn out to be its sequel."""
        keys = bare(channel)
        return any(
            known != channel and reading.waits and bare(known) == keys for known, reading in self._channels.items()
        )

    def _apply(self, cuts: Iterable[tuple[Cut, Sequence[tuple[int, int]]]]) -> None:
        """Overwrite what is cut. What another reading of the same bytes has cut already is no second cut."""
        for cut, spans in cuts:
            new = not any(cut is known for known in self._cuts)
            fresh = False
            cut.spans += spans
            # Told now, while its frames wait: where frames ended that went on is forgotten.
            cut.first = cut.first or self._frame_at(cut.start)
            cut.last = self._frame_at(cut.end - 1)
            for start, end in spans:
                if start < self._base:
                    continue
                start, end = self._characters(start, end)
                if all(self._mask[start:end]):
                    continue
                named = start + self._base == cut.start and end - start >= len(MARK) and not any(self._mask[start:end])
                fresh = True
                self._window[start:end] = (MARK.encode() if named else b"").ljust(end - start, b"*")
                self._mask[start:end] = b"\x01" * (end - start)
            if fresh and new:
                self._cuts = [known for known in self._cuts if not cut.holds(known)] + [cut]

    def _release(self) -> list[tuple[bytes, int | None]]:
        holds = [reading.hold for reading in (self._raw, *self._channels.values())]
        holds += [piece.start for piece in self._later[:1]]
        hold = min((offset for offset in holds if offset is not None), default=None)
        ready: list[tuple[bytes, int | None]] = []
        done = 0
        while self._waiting and (hold is None or self._waiting[0][0] <= hold):
            end, at = self._waiting.popleft()
            ready.append((bytes(self._window[done : end - self._base]), at))
            done = end - self._base
            self._released += 1
        del self._window[:done], self._mask[:done]
        self._base += done
        return ready

    def _frame_at(self, offset: int) -> int:
        """The number (from 1) of the frame that holds this byte, which is one of those that wait."""
        return self._released + 1 + bisect.bisect_right(self._waiting, offset, key=itemgetter(0))
