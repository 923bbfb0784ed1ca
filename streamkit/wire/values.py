"""The output of every framing: the items of a body, in order, with their offsets.

Framings convert bytes to values and never raise on content: bytes that the standard ignores are returned as `Ignored` with
the reason, for lint. There are two representations of the same data:

* items, one value each, from an incremental `Decoder`;
* `Events`, the same in columns, from `decode(body)`: one list per property, so that a million events need a million
  payloads and not a million objects. `Events.items()` returns the items.

Offsets count bytes of the decoded body from 0, `end` is one past the last byte.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from itertools import count, islice, repeat
from operator import itemgetter
from typing import Protocol

from streamkit.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One event as dispatched: an SSE event, an NDJSON line, an AWS message, an element of a JSON array.

    `data` is the payload (bytes), `name` the event type (default: `message`), `id` the last event ID
    string at dispatch, `retry` the last valid reconnection time (ms) of its own block. `end` is the offset after the
    byte that completed it: the end of its blank line.
    """

    data: bytes
    name: str = "message"
    id: str = ""
    retry: int | None = None
    start: int = 0
    end: int = 0

    @property
    def text(self) -> str:
        """The payload as text, with invalid UTF-8 replaced like the standard's decoder does."""
        return self.data.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment line without its colon, often used as a keep-alive."""

    data: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Ignored:
    """Bytes that the standard says to skip, and why.

    Reasons of SSE: `byte-order-mark`, `unknown-field`, `no-data` (a block that set fields and had no data, so that no
    event was dispatched; `data` is the block), `bad-retry`, `nul-in-id`. Of AWS event stream: `bad-checksum`,
    `bad-length`. Of JSON: `not-json`. Of each that has a limit: `too-long` (more bytes than the decoder keeps; `data`
    is then empty).
    """

    data: bytes
    reason: str
    start: int
    end: int

    @property
    def lost(self) -> bool:
        """Whether these bytes may have contained an event that could not be decoded."""
        return self.reason in ("bad-checksum", "bad-length", "not-json", "too-long")


@dataclass(frozen=True, slots=True)
class Tail:
    """The unfinished line or event at the end of the body, which was never dispatched.

    `data` are the raw bytes (empty if they exceeded the decoder's limit). `event` is the event that an
    end-of-stream dispatch, as in some clients, would have returned, or None.
    """

    data: bytes
    start: int
    end: int
    event: Event | None = None


Aside = Comment | Ignored | Tail
Item = Event | Comment | Ignored | Tail


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """A whole body decoded, in columns: `data[i]`, `starts[i]`, `ends[i]` belong to event i.

    `names` and `ids` are None if every event has the default. `retries` is sparse. `asides` contains the items other than
    events, each with the number of events before it. `last_id` and `retry` are the connection's state at the end.
    """

    data: Sequence[bytes]
    starts: Sequence[int]
    ends: Sequence[int]
    names: list[str] | None = None
    ids: list[str] | None = None
    retries: dict[int, int] = field(default_factory=dict)
    asides: list[tuple[int, Aside]] = field(default_factory=list)
    last_id: str = ""
    retry: int | None = None

    def __repr__(self) -> str:
        return f"<Events: {len(self.data):,}, and {len(self.asides):,} asides>"

    def __len__(self) -> int:
        return len(self.data)

    def name(self, index: int) -> str:
        """Return the event type of event `index`."""
        return "message" if self.names is None else self.names[index]

    def event(self, index: int) -> Event:
        """Return event `index` as a value."""
        return Event(
            self.data[index],
            self.name(index),
            "" if self.ids is None else self.ids[index],
            self.retries.get(index),
            self.starts[index],
            self.ends[index],
        )

    def all_events(self) -> list[Event]:
        """Return every event as a value. All are made empty and then filled property by property, which takes two thirds of the time
        of making them one by one."""
        events = list(map(object.__new__, repeat(Event, len(self.data))))
        columns: dict[str, Iterable[object]] = {
            "data": self.data,
            "name": repeat("message") if self.names is None else self.names,
            "id": repeat("") if self.ids is None else self.ids,
            "retry": map(self.retries.get, count()) if self.retries else repeat(None),
            "start": self.starts,
            "end": self.ends,
        }
        for name, column in columns.items():
            deque(map(vars(Event)[name].__set__, events, column), maxlen=0)
        return events

    def items(self, start: int = 0, stop: int | None = None) -> Iterator[Item]:
        """Yield every item in the order of the body, or only the events from `start` up to `stop` with the items that are right
        before them, between them and right after them."""
        part = slice(start, stop)
        whole = start == 0 and stop is None
        events = map(
            Event,
            self.data if whole else self.data[part],
            repeat("message") if self.names is None else self.names[part],
            repeat("") if self.ids is None else self.ids[part],
            map(self.retries.get, count(start)),
            self.starts[part],
            self.ends[part],
        )
        position, end = start, len(self) if stop is None else stop
        for before, aside in islice(self.asides, bisect_left(self.asides, start, key=itemgetter(0)), None):
            if before > end:
                break
            yield from islice(events, before - position)
            position = before
            yield aside
        yield from events


class Decoder(Protocol):
    """An incremental decoder: `feed` returns the items that its bytes complete, `close` what is pending."""

    def feed(self, data: bytes) -> list[Item]:
        """Return the items that these bytes completed."""
        ...

    def feed_columns(self, data: bytes) -> Events:
        """Return the same in columns, which takes less time if these bytes complete many events."""
        ...

    def close(self) -> list[Item]:
        """Return what the end of the body completes or leaves pending."""
        ...


@dataclass(frozen=True, slots=True)
class Framing:
    """A framing by name: `decoder()` returns a decoder for a live body, `decode(body)` decodes a complete one."""

    name: str
    decoder: Callable[[], Decoder]
    decode: Callable[[bytes], Events]
