"""Interpret an exchange while it arrives, in bounded memory.

Only the chunks that determine how the stream ended, when its first token came and what its usage is are kept. The
framing and the API are chosen from the same first bytes and events as in `interpret`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from itertools import repeat
from typing import Any

from streamkit.apis._api import APIS, Api, Ending, Sample
from streamkit.apis._decode import DONE, Decoded, framing_of, holds_document, parse
from streamkit.apis._detect import choose_api
from streamkit.apis._interpret import build_stream
from streamkit.model.exchange import End, Exchange, Response, SentMessage, message_type
from streamkit.model.message import ERROR, FINISH, TOKEN, USAGE
from streamkit.model.stream import Broken, Stream
from streamkit.wire.values import Decoder, Event, Events, Framing, Ignored, Item, Tail

_HEAD = 4096  # bytes from which the framing is chosen
# Frames are buffered undecoded up to these limits, so that a stream of usual length costs nothing while it arrives.
_MAX_HELD_BYTES = 1 << 20
_MAX_HELD_FRAMES = 1024
_LARGE = 4096  # bytes of a frame from which on it is expected to hold many events
_MOST_REQUESTS = 1000  # of a WebSocket, the newest
_SAMPLE = 32  # chunks, and events, from which the API is chosen
# The API is chosen at the latest after this many events or bytes of events, even from fewer chunks.
_MAX_SAMPLED_EVENTS = 1024
_MAX_SAMPLED_BYTES = 1 << 20


class Incremental:
    """Interprets one exchange while it arrives. Call `response`, then `frame` for each frame, then `close`.

    `opening` is what is known before the response arrives: the request, the source and the clock.
    """

    def __init__(self, opening: Exchange) -> None:
        self._exchange = opening
        self._size = 0  # bytes of the body so far
        self._at: int | None = None  # the time of the current frame
        self._before: tuple[int, int | None] = (0, None)  # the end and the time of the previous frame
        self._framing: Framing | None = None
        self._decoder: Decoder | None = None
        self._head: list[tuple[bytes, int | None]] = []  # the frames buffered until decoding begins
        self._held = 0  # their size in bytes
        self._start = b""  # the first bytes of the body
        self._events = _Sampled()

    @staticmethod
    def prepare() -> None:
        """Load every API now. Otherwise they are loaded in the middle of a long stream, which delays frames by about 50
        ms."""
        len(APIS.values())

    def response(self, response: Response) -> None:
        """Take the status line and headers."""
        self._exchange = replace(self._exchange, response=response)

    def frame(self, data: bytes, at: int | None) -> None:
        """Take a frame of the body that arrived at time `at` (ns), or None if that is not known."""
        if self._decoder is not None:
            self._decode(self._decoder, data, at)
            return
        if data:
            self._head.append((data, at))
            self._held += len(data)
            if self._held >= _MAX_HELD_BYTES or len(self._head) >= _MAX_HELD_FRAMES:
                self._begin()

    def sent(self, data: bytes, at: int | None) -> None:
        """Take a message of a WebSocket's client; only requests for a response are kept, for the times since them."""
        if message_type(data) == "response.create":
            message = SentMessage(data, at, 0)
            self._exchange = replace(self._exchange, sent=(*self._exchange.sent[-_MOST_REQUESTS:], message))

    def close(self, end: End | None) -> Stream:
        """End the exchange and return its stream, without frames, events and most of the chunks.

        The verdict, the usage, the API and the first and last times of content are those that `interpret` gives.
        Anything that counts or compares chunks (gaps, rates, rules) is meaningless. The dialect is not detected.
        """
        decoder = self._decoder or self._begin()
        self._take(decoder.close())
        assert self._framing is not None
        exchange = replace(self._exchange, end=end)
        summary = self._events.chosen(exchange, self._framing.name)
        document = self._events.count == 1 and holds_document(
            self._framing, exchange, self._events.only if self._framing.name == "ndjson" else self._start
        )
        return summary.stream(exchange, self._framing.name, document=document)

    def _begin(self) -> Decoder:
        """Choose the framing and decode the buffered frames."""
        head, self._head = self._head, []
        self._start = b"".join(data for data, _ in head)[:_HEAD]
        self._framing = framing_of(self._exchange, self._start)
        self._decoder = decoder = self._framing.decoder()
        for data, at in head:
            self._decode(decoder, data, at)
        return decoder

    def _decode(self, decoder: Decoder, data: bytes, at: int | None) -> None:
        if data:
            self._before = self._size, self._at
            self._size += len(data)
            self._at = at
            if len(data) < _LARGE:
                self._take(decoder.feed(data))
            else:
                self._take_columns(decoder.feed_columns(data))

    def _take(self, items: list[Item]) -> None:
        framing = self._framing
        assert framing is not None
        ended, before = self._before
        for item in items:
            if isinstance(item, Event):
                self._events.take(item.data, item.name, before if item.end <= ended else self._at)
            else:
                self._events.aside(item)
        if self._events.enough:
            self._events.chosen(self._exchange, framing.name)

    def _take_columns(self, events: Events) -> None:
        """Take what a large read completes. The order of events and other items does not matter."""
        ended, before = self._before
        for data, name, end in zip(events.data, events.names or repeat("message"), events.ends, strict=False):
            self._events.take(data, name, before if end <= ended else self._at)
        for _, aside in events.asides:
            self._events.aside(aside)
        if self._events.enough:
            assert self._framing is not None
            self._events.chosen(self._exchange, self._framing.name)


class _Sampled:
    """The events of one body: the first are buffered until the API is chosen from them, the others are only summarized."""

    def __init__(self) -> None:
        self.count = 0
        self.only = b""  # the data of the first event, until a second one arrives
        self._tail = False
        self._lost: Ignored | None = None
        self._held: list[tuple[bytes, str, int | None]] = []
        self._size = 0
        self._chunks = 0
        self._summary: _Summary | None = None

    @property
    def enough(self) -> bool:
        """Whether enough events are buffered to choose the API, and it has not been chosen yet."""
        if self._summary is not None:
            return False
        full = self._chunks >= _SAMPLE and len(self._held) >= _SAMPLE
        return full or len(self._held) >= _MAX_SAMPLED_EVENTS or self._size >= _MAX_SAMPLED_BYTES

    def take(self, data: bytes, name: str, at: int | None) -> None:
        """Take the data and the type of an event that was complete at time `at` (ns)."""
        self.count += 1
        self.only = data if self.count == 1 else b""
        if self._summary is not None:
            self._summary.take(data, name, at)
            return
        self._held.append((data, name, at))
        self._size += len(data)
        self._chunks += data != DONE and parse(data, 0)[0] is not None

    def aside(self, item: Item) -> None:
        """Take an item that is not an event: an unfinished tail, or ignored bytes."""
        if isinstance(item, Tail):
            self._tail = True
            if self._summary is not None:
                self._summary.tail = True
        elif isinstance(item, Ignored) and item.lost:
            self._lost = self._lost or item
            if self._summary is not None:
                self._summary.lost = self._lost

    def chosen(self, exchange: Exchange, framing: str) -> _Summary:
        """Choose the API if it has not been chosen, and return the summary of the events."""
        if self._summary is None:
            api, reason, _ = choose_api(self._sample(exchange, framing), None)
            self._summary = _Summary(api, reason)
            self._summary.tail = self._tail
            self._summary.lost = self._lost
            for data, name, at in self._held:
                self._summary.take(data, name, at)
            self._held = []
        return self._summary

    def _sample(self, exchange: Exchange, framing: str) -> Sample:
        """Return the same sample that `interpret` makes from a whole body."""
        chunks: list[dict[str, Any]] = []
        names: list[str] = []
        for data, name, _ in self._held:
            chunk = None if data == DONE else parse(data, 0)[0]
            if chunk is not None and len(chunks) < _SAMPLE:
                chunks.append(chunk)
                names.append(name)
        return Sample(
            path=exchange.request.path if exchange.request else "",
            framing=framing,
            chunks=chunks,
            names=names,
            response_headers=exchange.response.headers if exchange.response else (),
            events=[(name, data) for data, name, _ in self._held[:_SAMPLE]],
        )


class _Summary:
    """Keeps the chunks of one API's stream that determine its verdict, usage and times."""

    def __init__(self, api: Api, reason: str) -> None:
        self.tail = False
        self.lost: Ignored | None = None  # the first ignored bytes that may have held an event
        self._api = api
        self._follow = api.follow() if api.follow is not None else None
        self._reason = reason
        self._events = 0
        self._chunks = 0
        self._done = False
        self._broken: dict[str, Broken] = {}
        self._usage: dict[str, Any] = {}
        # Each kept chunk by the reason for keeping it, as its number, itself and its time.
        self._kept: dict[Hashable, tuple[int, dict[str, Any], int | None]] = {}
        self._choices: list[Any] = []

    def take(self, data: bytes, name: str, at: int | None) -> None:
        """Take the data and the type of an event that was complete at time `at` (ns)."""
        number, api = self._events, self._api
        self._events += 1
        if api.parse_event is not None:
            chunk = api.parse_event(data, name)
            trouble = parse(data, number)[1] if chunk is None else None
        elif data == DONE:
            self._done = True
            return
        else:
            chunk, trouble = parse(data, number)
        if trouble is not None:
            self._broken.setdefault(trouble.kind, trouble)
        if chunk is not None:
            chunk = chunk if api.unwrap is None else api.unwrap(chunk, name)
            self._keep(chunk if self._follow is None else self._follow(chunk), at)

    def _keep(self, chunk: dict[str, Any], at: int | None) -> None:
        api, kept = self._api, self._kept
        entry = self._chunks, chunk, at
        self._chunks += 1
        flags = api.flags(chunk)
        kept["last"] = entry
        if flags & TOKEN:
            if "first content" not in kept:
                kept["first content"] = entry
            kept["last content"] = entry
        if flags & USAGE:
            kept["usage"] = entry
            if api.merged_usage is not None and (report := api.usage(chunk)) is not None:
                self._usage.update((key, value) for key, value in report.raw.items() if value is not None)
        if self._chunks == 1 or flags & ERROR:
            kept.setdefault(("flagged", flags & ERROR), entry)
        if flags & FINISH:
            ends = frozenset(delta.choice for delta in api.deltas(chunk) if delta.kind == "finish")
            kept["finish", ends] = entry
        if "terminal" not in kept and api.ended(Ending((chunk,), (flags,), False)):
            kept["terminal"] = entry
        if api.choices is not None:
            self._keep_choices(chunk.get(api.choices), entry)

    def _keep_choices(self, choices: Any, entry: tuple[int, dict[str, Any], int | None]) -> None:
        """Keep the first chunk of each choice: a stream is complete once every choice that began has ended."""
        if type(choices) is list:
            begun = [choice.get("index") for choice in choices if type(choice) is dict]
            if begun != self._choices:
                self._choices = begun
                self._kept.setdefault(("choices", repr(begun)), entry)

    def stream(self, exchange: Exchange, framing: str, *, document: bool) -> Stream:
        """Return the stream of the kept chunks."""
        kept = [entry for _, entry in sorted({entry[0]: entry for entry in self._kept.values()}.items())]
        last = self._events - 1
        events = Events(data=[b""] * len(kept), starts=[0] * len(kept), ends=[0] * len(kept))
        if self.lost is not None:
            events.asides.append((0, self.lost))
        decoded = Decoded(
            framing=framing,
            events=events,
            times=[at for _, _, at in kept] if exchange.timed else [None] * len(kept),
            chunks=[chunk for _, chunk, _ in kept],
            chunk_events=range(len(kept)),
            broken=tuple(
                replace(broken, cut=kind == "truncated-json" and broken.event == last and self.tail)
                for kind, broken in self._broken.items()
            ),
            done=(len(kept),) if self._done else (),
            document=document,
        )
        stream = build_stream(exchange, decoded, self._api, None, self._reason, strict=False)
        if self._api.merged_usage is None:
            return stream
        return replace(stream, usage=self._api.merged_usage(self._usage) if self._usage else None)
