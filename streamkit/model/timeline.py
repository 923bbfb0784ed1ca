"""A stream as a timeline: every item of its body in order, with its time and what it adds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Literal

from streamkit.frozen import dataclass
from streamkit.model.exchange import SentMessage
from streamkit.model.message import Delta
from streamkit.model.stream import Broken, Stream
from streamkit.wire.values import Comment, Event, Item, Tail

EntryKind = Literal["event", "comment", "ignored", "tail", "sent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One item of a body: the `n`th (from 1), complete at `at` (ns, None if not measured).

    `event` is its index among the events and `chunk` that among the chunks, None if it is none. `broken` says what is
    wrong with an event whose data is not a JSON object. A message that the client sent has no number (0), and its item no bytes
    of the body.
    """

    n: int
    at: int | None
    kind: EntryKind
    item: Item
    event: int | None = None
    chunk: int | None = None
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """Chunks that add the same but for the text of one delta, from number `start` up to `stop`. Each is the event of this number.

    `varying` is the place of that delta in `deltas`, None if all texts are the same; `read` returns the texts of chunks from one
    number up to another.
    """

    start: int
    stop: int
    deltas: tuple[Delta, ...]
    varying: int | None
    read: Callable[[int, int], list[str]]


def timeline(stream: Stream) -> Iterator[Moment]:
    """Yield every item of the stream's body, in order. A tail, which the end of the body left unfinished, comes last."""
    for entry in timeline_in_runs(stream, ()):
        assert isinstance(entry, Moment)
        yield entry


def timeline_with_sent(stream: Stream) -> Iterator[Moment]:
    """Yield the same, and what the client of a WebSocket sent, before the first item that came after it."""
    shown = 0
    for moment in timeline(stream):
        for message in sent_until(stream, shown, moment.item.start):
            yield _sent(message, moment.item.start)
            shown += 1
        yield moment
    for message in sent_until(stream, shown, None):
        yield _sent(message, len(stream.exchange.frames.body))


def _sent(message: SentMessage, place: int) -> Moment:
    return Moment(n=0, at=message.at, kind="sent", item=Comment(message.data, place, place))


def timeline_in_runs(stream: Stream, alike: Iterable[Alike]) -> Iterator[Moment | tuple[int, Alike]]:
    """Yield the same, but for each run of chunks that are `alike`, at most that many that no other item interrupts, the number of
    its first item and the run."""
    moments = _Moments(stream)
    for run in alike:
        for start, stop in _uninterrupted(stream, run):
            yield from moments.up_to(start)
            yield moments.count + 1, replace(run, start=start, stop=stop)
            moments.skip_to(stop)
    yield from moments.up_to(None)
    yield from moments.tails()


def sent_until(stream: Stream, shown: int, byte: int | None) -> tuple[SentMessage, ...]:
    """Return the messages of a WebSocket's client, after the first `shown`, that were sent before this byte of the body arrived; all
    of them if it is None."""
    sent, ends = stream.exchange.sent, stream.exchange.frames.ends
    stop = shown
    while stop < len(sent) and (byte is None or _place(sent[stop], ends) <= byte):
        stop += 1
    return sent[shown:stop]


def _place(message: SentMessage, ends: Sequence[int]) -> int:
    """Return the number of bytes of the body that had arrived before a message was sent."""
    return ends[min(message.after_frame, len(ends)) - 1] if message.after_frame and ends else 0


def _uninterrupted(stream: Stream, run: Alike) -> Iterator[tuple[int, int]]:
    """Yield the parts of a run that are separated by items that are no events."""
    asides = stream.events.asides
    start = run.start
    for place in range(bisect_right(asides, start, key=itemgetter(0)), len(asides)):
        before = asides[place][0]
        if before >= run.stop:
            break
        if before > start:
            yield start, before
            start = before
    yield start, run.stop


class _Moments:
    """The items of a stream, a part of them at a time; `count` is how many there were."""

    def __init__(self, stream: Stream) -> None:
        self.count = 0
        self._stream = stream
        self._event = 0
        self._chunk_of = dict(zip(stream.chunk_events, range(len(stream.chunks)), strict=True))
        self._broken_at = {broken.event: broken for broken in stream.broken}
        self._tails: list[Tail] = []

    def skip_to(self, event: int) -> None:
        """Leave out the events up to this one."""
        self.count += event - self._event
        self._event = event

    def up_to(self, stop: int | None) -> Iterator[Moment]:
        """Yield the items up to an event, or all others; not the tails."""
        stream = self._stream
        for item in stream.events.items(self._event, stop):
            if isinstance(item, Tail):
                self._tails.append(item)
                continue
            self.count += 1
            if isinstance(item, Event):
                event = self._event
                yield Moment(
                    n=self.count,
                    at=stream.times[event],
                    kind="event",
                    item=item,
                    event=event,
                    chunk=self._chunk_of.get(event),
                    broken=self._broken_at.get(event),
                )
                self._event += 1
            else:
                kind: EntryKind = "comment" if isinstance(item, Comment) else "ignored"
                yield Moment(n=self.count, at=_arrival(stream, item.end), kind=kind, item=item)

    def tails(self) -> Iterator[Moment]:
        """Yield the tails."""
        for tail in self._tails:
            self.count += 1
            yield Moment(n=self.count, at=_arrival(self._stream, tail.end), kind="tail", item=tail)


def added(stream: Stream, moment: Moment) -> tuple[Delta, ...]:
    """Return what the item adds to the message; empty unless it is a chunk."""
    return stream.deltas(moment.chunk) if moment.chunk is not None else ()


def _arrival(stream: Stream, end: int) -> int | None:
    """When the frame with the byte before offset `end` arrived."""
    frames = stream.exchange.frames
    index = frames.holding(max(end - 1, 0))
    return frames.at[index] if index is not None and stream.exchange.timed else None
