"""Interpreting an exchange while it arrives, in memory that does not grow with it.

Of the chunks only those are kept that decide how the stream ended, when its first token came and what its usage is. The
framing and the API are chosen from the same first bytes and events as by `interpret`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from streamkit.apis._api import APIS, Api, Ending, Sample
from streamkit.apis._decode import DONE, Decoded, holds_document, parse
from streamkit.apis._interpret import build_stream, choose_api
from streamkit.model.exchange import End, Exchange, Response
from streamkit.model.message import ERROR, FINISH, TOKEN, USAGE
from streamkit.model.stream import Broken, Stream
from streamkit.wire.framing import choose
from streamkit.wire.values import Decoder, Event, Events, Framing, Ignored, Item, Tail

_HEAD = 4096  # bytes that the framing is chosen from
# Frames are held, and not looked into, up to these limits: a stream of usual length costs nothing while it arrives.
_HELD_BYTES = 1 << 20
_HELD_FRAMES = 1024
_SAMPLE = 32  # chunks, and events, that the API is chosen from
_MOST_EVENTS = 1024  # events after which the API is chosen from however many chunks there are
_MOST_BYTES = 1 << 20  # bytes of events after which it is chosen as well


class Incremental:
    """One exchange interpreted while it arrives: `response`, `frame` by `frame`, then `close`.

    `opening` is what is known before an answer comes: the request, the source and the clock.
    """

    def __init__(self, opening: Exchange) -> None:
        self._exchange = opening
        self._size = 0  # bytes of the body so far
        self._at: int | None = None  # the time of the frame in hand
        self._before: tuple[int, int | None] = (0, None)  # where the frame before it ended, and its time
        self._framing: Framing | None = None
        self._decoder: Decoder | None = None
        self._head: list[tuple[bytes, int | None]] = []  # frames, until there are enough
        self._held = 0  # bytes in them
        self._start = b""  # the first bytes of the body
        self._events = _Sampled()

    @staticmethod
    def prepare() -> None:
        """Load every API now. Else a long stream does it in its middle, which holds up its frames for some 50 ms."""
        len(APIS.values())

    def response(self, response: Response) -> None:
        """Status line and headers have come."""
        self._exchange = replace(self._exchange, response=response)

    def frame(self, data: bytes, at: int | None) -> None:
        """A frame of the body has come."""
        if self._decoder is not None:
            self._decode(self._decoder, data, at)
            return
        if data:
            self._head.append((data, at))
            self._held += len(data)
            if self._held >= _HELD_BYTES or len(self._head) >= _HELD_FRAMES:
                self._begin()

    def close(self, end: End | None) -> Stream:
        """The exchange is over: its stream, of which most chunks, and all frames and events, are left out.

        The verdict, the usage, the API and the first and last times of content are those that `interpret` gives; what
        counts or compares chunks (gaps, rates, rules) means nothing. The dialect is not looked for.
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
        """Choose the framing, and decode what was held for that."""
        head, self._head = self._head, []
        self._start = b"".join(data for data, _ in head)[:_HEAD]
        self._framing = choose(self._exchange.content_type, self._start)
        self._decoder = decoder = self._framing.decoder()
        for data, at in head:
            self._decode(decoder, data, at)
        return decoder

    def _decode(self, decoder: Decoder, data: bytes, at: int | None) -> None:
        if data:
            self._before = self._size, self._at
            self._size += len(data)
            self._at = at
            self._take(decoder.feed(data))

    def _take(self, items: list[Item]) -> None:
        framing = self._framing
        assert framing is not None
        ended, before = self._before
        for item in items:
            if isinstance(item, Event):
                self._events.take(item, before if item.end <= ended else self._at)
            else:
                self._events.aside(item)
        if self._events.enough:
            self._events.chosen(self._exchange, framing.name)


class _Sampled:
    """The events of one body: the first ones are held until the API is chosen from them, the others are summed up."""

    def __init__(self) -> None:
        self.count = 0
        self.only = b""  # the data of the event, as long as there is one
        self._tail = False
        self._lost: Ignored | None = None
        self._held: list[tuple[Event, int | None]] = []
        self._size = 0
        self._chunks = 0
        self._summary: _Summary | None = None

    @property
    def enough(self) -> bool:
        """Whether the first events are enough to choose the API from, and it is not chosen yet."""
        if self._summary is not None:
            return False
        whole = self._chunks >= _SAMPLE and len(self._held) >= _SAMPLE
        return whole or len(self._held) >= _MOST_EVENTS or self._size >= _MOST_BYTES

    def take(self, event: Event, at: int | None) -> None:
        """One event, and when it was complete."""
        self.count += 1
        self.only = event.data if self.count == 1 else b""
        if self._summary is not None:
            self._summary.take(event, at)
            return
        self._held.append((event, at))
        self._size += len(event.data)
        self._chunks += event.data != DONE and parse(event.data, 0)[0] is not None

    def aside(self, item: Item) -> None:
        """What is no event."""
        if isinstance(item, Tail):
            self._tail = True
            if self._summary is not None:
                self._summary.tail = True
        elif isinstance(item, Ignored) and item.lost:
            self._lost = self._lost or item
            if self._summary is not None:
                self._summary.lost = self._lost

    def chosen(self, exchange: Exchange, framing: str) -> _Summary:
        """The summary of the events, once the API is chosen."""
        if self._summary is None:
            api, reason = choose_api(self._sample(exchange, framing), None)
            self._summary = _Summary(api, reason)
            self._summary.tail = self._tail
            self._summary.lost = self._lost
            for event, at in self._held:
                self._summary.take(event, at)
            self._held = []
        return self._summary

    def _sample(self, exchange: Exchange, framing: str) -> Sample:
        """The same sample as is made of a whole body."""
        chunks: list[dict[str, Any]] = []
        names: list[str] = []
        for event, _ in self._held:
            chunk = None if event.data == DONE else parse(event.data, 0)[0]
            if chunk is not None and len(chunks) < _SAMPLE:
                chunks.append(chunk)
                names.append(event.name)
        return Sample(
            path=exchange.request.path if exchange.request else "",
            framing=framing,
            chunks=chunks,
            names=names,
            response_headers=exchange.response.headers if exchange.response else (),
            events=[(event.name, event.data) for event, _ in self._held[:_SAMPLE]],
        )


class _Summary:
    """Of the events of one API, those that decide what is told of the stream."""

    def __init__(self, api: Api, reason: str) -> None:
        self.tail = False
        self.lost: Ignored | None = None  # the first bytes in which an event may have been
        self._api = api
        self._reason = reason
        self._events = 0
        self._chunks = 0
        self._done = False
        self._broken: dict[str, Broken] = {}
        self._usage: dict[str, Any] = {}
        # By what a chunk is kept for: its number, itself, and its time.
        self._kept: dict[Hashable, tuple[int, dict[str, Any], int | None]] = {}
        self._choices: list[Any] = []

    def take(self, event: Event, at: int | None) -> None:
        """One event, and when it was complete."""
        number, api = self._events, self._api
        self._events += 1
        if api.reads is not None:
            chunk = api.reads(event.data, event.name)
        elif event.data == DONE:
            self._done = True
            return
        else:
            chunk, trouble = parse(event.data, number)
            if trouble is not None:
                self._broken.setdefault(trouble.kind, trouble)
        if chunk is not None:
            self._keep(chunk if api.unwrap is None else api.unwrap(chunk, event.name), at)

    def _keep(self, chunk: dict[str, Any], at: int | None) -> None:
        api, kept = self._api, self._kept
        told = self._chunks, chunk, at
        self._chunks += 1
        flags = api.flags(chunk)
        kept["last"] = told
        if flags & TOKEN:
            if "first content" not in kept:
                kept["first content"] = told
            kept["last content"] = told
        if flags & USAGE:
            kept["usage"] = told
            if api.usage_grows is not None and (report := api.usage(chunk)) is not None:
                self._usage.update((key, value) for key, value in report.raw.items() if value is not None)
        if self._chunks == 1 or flags & ERROR:
            kept.setdefault(("flagged", flags & ERROR), told)
        if flags & FINISH:
            ends = frozenset(delta.choice for delta in api.deltas(chunk) if delta.kind == "finish")
            kept["finish", ends] = told
        if "terminal" not in kept and api.ended(Ending((chunk,), (flags,), False)):
            kept["terminal"] = told
        if api.choices is not None:
            self._keep_choices(chunk.get(api.choices), told)

    def _keep_choices(self, choices: Any, told: tuple[int, dict[str, Any], int | None]) -> None:
        """Keep the first chunk of each choice, as a stream ends when each choice that was begun has ended."""
        if type(choices) is list:
            begun = [choice.get("index") for choice in choices if type(choice) is dict]
            if begun != self._choices:
                self._choices = begun
                self._kept.setdefault(("choices", repr(begun)), told)

    def stream(self, exchange: Exchange, framing: str, *, document: bool) -> Stream:
        """The stream of the chunks that were kept."""
        kept = [told for _, told in sorted({told[0]: told for told in self._kept.values()}.items())]
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
        if self._api.usage_grows is None:
            return stream
        return replace(stream, usage=self._api.usage_grows(self._usage) if self._usage else None)
