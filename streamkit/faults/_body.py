"""The body that steps write, for faults: its bytes, the writes that contain them, and its events."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate

from streamkit.faults._fault import Argument, DoesNotApply, Given, whole
from streamkit.frozen import dataclass
from streamkit.model.exchange import header
from streamkit.model.step import Head, Last, Receive, Step, Write
from streamkit.wire.framing import choose
from streamkit.wire.values import Event

PLACE = (
    Argument("event", whole(), "after this event (from 1; 0 is before the first)", group="place"),
    Argument("frame", whole(), "after this frame (from 1; 0 is before the first)", group="place"),
    Argument("byte", whole(), "after this many bytes of the body", group="place"),
)


@dataclass(frozen=True)
class PlayedBody:
    """The body that steps write. `parts` are the writes in order. Methods that change it return a new body.

    Not slotted: bytes and events are cached properties.
    """

    head: Head | None
    parts: tuple[Write, ...]
    last: Last

    @staticmethod
    def of(steps: Sequence[Step]) -> PlayedBody:
        """Return the body of a valid list of steps, which has exactly one end."""
        head = next((step for step in steps if isinstance(step, Head)), None)
        last = steps[-1]
        assert not isinstance(last, (Head, Write, Receive)), "steps end in an end"
        return PlayedBody(head, tuple(step for step in steps if isinstance(step, Write)), last)

    @property
    def steps(self) -> list[Step]:
        """The steps that play the body."""
        return [*([self.head] if self.head else []), *self.parts, self.last]

    @cached_property
    def data(self) -> bytes:
        """The body as one piece."""
        return b"".join(part.data for part in self.parts)

    @cached_property
    def ends(self) -> list[int]:
        """For each part, the offset after its last byte."""
        return list(accumulate(len(part.data) for part in self.parts))

    @cached_property
    def framing(self) -> str:
        """`sse`, `ndjson`, `aws_eventstream` or `json_document`."""
        return choose(self._content_type, self.data[:4096]).name

    @cached_property
    def events(self) -> list[Event]:
        """The events with their positions; `end` is after the whole blank line, whether LF or CRLF."""
        body = self.data
        decoded = choose(self._content_type, body[:4096]).decode(body)
        events = [decoded.event(index) for index in range(len(decoded))]
        return [
            replace(event, end=event.end + 1)
            if body[event.end - 1 : event.end] == b"\r" and body[event.end : event.end + 1] == b"\n"
            else event
            for event in events
        ]

    def event(self, number: int | None, given: Given, *, last: int = 0) -> Event:
        """Event `number` (from 1), or a random one if it is None; `last` excludes that many events at the end.

        Raises DoesNotApply if there is no such event.
        """
        count = len(self.events) - last
        if number is None and count > 0:
            number = given.random.randint(1, count)
        if number is None or not 1 <= number <= count:
            after = f" with {last} after it" if last else ""
            raise DoesNotApply(
                f"the stream has {_counted(len(self.events), 'event')}, and no event {number or ''}{after}"
            )
        return self.events[number - 1]

    def offset(self, given: Given) -> int:
        """Return the offset that `PLACE` arguments select; without any, the end of a random event other than the last."""
        name = next((name for name in ("event", "frame", "byte") if given[name] is not None), None)
        if name is None:
            return self.event(None, given, last=1).end
        number: int = given[name]
        if name == "byte":
            if number > len(self.data):
                raise DoesNotApply(f"the body has {_counted(len(self.data), 'byte')}, not {number}")
            return number
        ends = [event.end for event in self.events] if name == "event" else self.ends
        if number > len(ends):
            raise DoesNotApply(f"the stream has {_counted(len(ends), name)}, and no {name} {number}")
        return ends[number - 1] if number else 0

    def at(self, offset: int) -> int:
        """Return when the byte at `offset` is written or, at the end of the body, when that ends."""
        index = bisect.bisect_right(self.ends, offset)
        return self.parts[index].at if index < len(self.parts) else self.last.at

    def until(self, offset: int) -> tuple[Write, ...]:
        """Return the writes of the first `offset` bytes."""
        return tuple(_cut(self.parts, 0, offset))

    def after(self, offset: int) -> tuple[Write, ...]:
        """Return the writes of the bytes from `offset` on."""
        return tuple(_cut(self.parts, offset, len(self.data)))

    def changed(self, start: int, end: int, data: bytes) -> PlayedBody:
        """Replace the bytes from `start` to `end`. The rest of the first byte's write stays in one write with `data`; an
        insertion (`start` equals `end`) becomes a separate write."""
        before, after = _cut(self.parts, 0, start), _cut(self.parts, end, len(self.data))
        index = bisect.bisect_right(self.ends, start)
        if start < end and index < len(self.parts):
            if start > (self.ends[index - 1] if index else 0):
                data = before.pop().data + data
            if end < self.ends[index]:
                data += after.pop(0).data
        inserted = [Write(self.at(start), data)] if data else []
        return replace(self, parts=(*before, *inserted, *after))

    def inserted(self, offset: int, data: bytes) -> PlayedBody:
        """Insert these bytes at `offset`, as a separate write."""
        return self.changed(offset, offset, data)

    @property
    def _content_type(self) -> str | None:
        return header(self.head.headers, "content-type") if self.head else None


def only_sse(body: PlayedBody) -> None:
    """Raise DoesNotApply unless the body is a stream of server-sent events."""
    if body.framing != "sse":
        raise DoesNotApply(f"the body is {body.framing}, not a stream of server-sent events")


def _cut(parts: Iterable[Write], start: int, end: int) -> list[Write]:
    """Return the writes of the bytes from `start` to `end`."""
    kept, position = [], 0
    for part in parts:
        data = part.data[max(start - position, 0) : max(end - position, 0)]
        position += len(part.data)
        if data:
            kept.append(part if len(data) == len(part.data) else Write(part.at, data))
    return kept


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
