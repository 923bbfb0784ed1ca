"""A stream as a timeline: every item of its body in order, with its time and what it adds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from streamkit.frozen import dataclass
from streamkit.model.message import Delta
from streamkit.model.stream import Broken, Stream
from streamkit.wire.values import Comment, Event, Item, Tail

EntryKind = Literal["event", "comment", "ignored", "tail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One item of a body: the `n`th (from 1), complete at `at` (ns, None if not measured).

    `event` is its index among the events and `chunk` that among the chunks, None if it is none. `broken` says what is
    wrong with an event whose data is not a JSON object.
    """

    n: int
    at: int | None
    kind: EntryKind
    item: Item
    event: int | None = None
    chunk: int | None = None
    broken: Broken | None = None


def timeline(stream: Stream) -> Iterator[Moment]:
    """Yield every item of the stream's body, in order. A tail, which the end of the body left unfinished, comes last."""
    chunk_of = dict(zip(stream.chunk_events, range(len(stream.chunks)), strict=True))
    broken_at = {broken.event: broken for broken in stream.broken}
    tails: list[Tail] = []
    n = event = 0
    for item in stream.events.items():
        if isinstance(item, Tail):
            tails.append(item)
            continue
        n += 1
        if isinstance(item, Event):
            yield Moment(
                n=n,
                at=stream.times[event],
                kind="event",
                item=item,
                event=event,
                chunk=chunk_of.get(event),
                broken=broken_at.get(event),
            )
            event += 1
        else:
            kind: EntryKind = "comment" if isinstance(item, Comment) else "ignored"
            yield Moment(n=n, at=_arrival(stream, item.end), kind=kind, item=item)
    for n, tail in enumerate(tails, n + 1):  # noqa: B020  (the count continues)
        yield Moment(n=n, at=_arrival(stream, tail.end), kind="tail", item=tail)


def added(stream: Stream, moment: Moment) -> tuple[Delta, ...]:
    """Return what the item adds to the message; empty unless it is a chunk."""
    return stream.deltas(moment.chunk) if moment.chunk is not None else ()


def _arrival(stream: Stream, end: int) -> int | None:
    """When the frame with the byte before offset `end` arrived."""
    frames = stream.exchange.frames
    index = frames.holding(max(end - 1, 0))
    return frames.at[index] if index is not None and stream.exchange.timed else None
