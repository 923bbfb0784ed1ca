"""One decoded exchange, the input of rules, metrics and assemblers.

Columns, not objects: event i has `events.data[i]` and `times[i]`, chunk k has `chunks[k]`, `flags[k]` and belongs to event
`chunk_events[k]`. Rare items (asides, broken events, misfits, missteps) are objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from typing import Any, Literal

from streamkit.frozen import dataclass
from streamkit.model._display import brief, html_table, tag
from streamkit.model.exchange import Exchange, header
from streamkit.model.finding import Place, Severity
from streamkit.model.grammar import Misstep
from streamkit.model.message import ERROR, Delta, Usage
from streamkit.text import counted
from streamkit.wire.sse_blocks import Payloads
from streamkit.wire.values import Events

Verdict = Literal["not-a-stream", "error", "malformed", "complete", "truncated"]


_STREAM_TYPES = ("text/event-stream", "application/vnd.amazon.eventstream", "application/x-ndjson")

DEFAULT_STALL_AFTER_NS = 30_000_000_000
"""A pause of this many nanoseconds is a stall: the shortest idle timeout in common use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An event whose data is neither a JSON object nor a known marker.

    `kind` is `empty`, `invalid-json`, `truncated-json`, `not-an-object` or, if a lenient client can read it nevertheless
    (`recovered`; it then has a chunk), `lenient-json` (NaN, a lone surrogate) or `invalid-utf8`. `message` is the decoder's
    message, `column` (from 0) the offset in the event's data at which it stopped, None if unknown. `cut` marks the last
    event of a body that ends in the middle.
    """

    event: int
    kind: str
    message: str
    column: int | None = None
    recovered: bool = False
    cut: bool = False

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Misfit:
    """A chunk that does not have the shape of its API, at JSON path `path`. `problem` is the name of the rule that reports it
    (`missing-field`, `wrong-type`, `choice-index`, …); `message` contains the expected and the actual value. `severity` is set
    if it differs from the rule's own."""

    chunk: int
    path: str
    problem: str
    message: str
    severity: Severity | None = None

    __repr__ = brief


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another API that recognises events of a stream that its own API does not recognise.

    Of the `sampled` events, `recognised` are of the stream's API and `events` of `api`; `chunk` is the first of the latter,
    None if they are not chunks.
    """

    api: str
    events: int
    recognised: int
    sampled: int
    chunk: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One exchange, decoded and interpreted.

    - `events`, `times`: one item per event; times in ns, None if not measured.
    - `chunks`, `chunk_events`, `flags`: one item per JSON object of the provider.
    - `done`: the indices of terminal markers that are not JSON (`[DONE]`).
    - `terminal`: whether the API's terminal event was received.
    - `framed`: false if a log did not keep the framing of the wire, so that rules about it do not apply.
    - `lawful`: the codes of the rules whose findings the dialect allows.
    - `misfits`, `missteps`: only if the stream was `judged`: by the tables of its API or, if `api` passes on the chunks of
      another one, by those of `judged_as`. `drift` then finds fields that are in no table.
    - `contract`: chunks that do not satisfy the user's JSON Schemas.
    - `max_gap`: the longest gap (ns) that rules do not report as a stall.
    - `reported`: returns the usage in one chunk.
    - `rival`: another API that recognises some of the first events, if the detection looked for one.
    - `unchecked`: what the API has no table for (`shape`, `order`).
    - `defects`: the parts of streamkit that raised an exception on this stream, with the exception; their results are missing.
    """

    exchange: Exchange
    framing: str
    events: Events
    times: Sequence[int | None]
    api: str
    dialect: str
    detected: str
    verdict: Verdict
    rival: Rival | None = None
    chunks: Sequence[dict[str, Any]] = ()
    chunk_events: Sequence[int] = ()
    flags: Sequence[int] = ()
    broken: tuple[Broken, ...] = ()
    done: tuple[int, ...] = ()
    terminal: bool = False
    excerpt: bool = False
    framed: bool = True
    streamed: bool = True
    model: str | None = None
    usage: Usage | None = None
    lawful: frozenset[str] = frozenset()
    judged_as: str = ""
    misfits: tuple[Misfit, ...] = ()
    missteps: tuple[Misstep, ...] = ()
    unchecked: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    judged: bool = False
    max_gap: int = DEFAULT_STALL_AFTER_NS
    drift: Callable[[], tuple[Misfit, ...]] = field(default=tuple, compare=False, repr=False)
    contract: Callable[[], tuple[Misfit, ...]] = field(default=tuple, compare=False, repr=False)
    reported: Callable[[dict[str, Any]], Usage | None] = field(default=lambda _: None, compare=False, repr=False)
    reader: Callable[[dict[str, Any]], tuple[Delta, ...]] = field(default=lambda _: (), compare=False, repr=False)

    def __repr__(self) -> str:
        api_name = f"{self.api} ({self.dialect})" if self.dialect else self.api
        events = counted(len(self.events), "event")
        return tag(self, self.exchange.name, api_name, self.model, self.verdict, events)

    def _repr_html_(self) -> str:
        return html_table(repr(self), self._records(), len(self.events))

    def to_records(self) -> list[dict[str, Any]]:
        """Return a record per event, for data frames: `event` (from 1), `at_ns` (None if not measured), `name` (the
        event type), `kinds` (what its chunk adds: `role`, `text`, …), `text` (the answer's text that it adds) and `data`
        (the payload, invalid UTF-8 replaced)."""
        return list(self._records())

    def _records(self) -> Iterator[dict[str, Any]]:
        chunk_of = {event: chunk for chunk, event in enumerate(self.chunk_events)}
        for index, data in enumerate(self.events.data):
            deltas = self.deltas(chunk_of[index]) if index in chunk_of else ()
            yield {
                "event": index + 1,
                "at_ns": self.times[index],
                "name": self.events.name(index),
                "kinds": ",".join(dict.fromkeys(delta.kind for delta in deltas)),
                "text": "".join(delta.text for delta in deltas if delta.kind == "text"),
                "data": data.decode("utf-8", "replace"),
            }

    @property
    def file(self) -> str:
        """The path that the stream was read from, as the user gave it."""
        return self.exchange.origin.path

    @property
    def number(self) -> int:
        """The number of the exchange in its file, from 1."""
        return self.exchange.origin.number

    @property
    def plain_answer(self) -> bool:
        """Whether this is a plain response, as requested: the request is known and does not ask for a stream, the response does
        not announce one, and the body is not an error. A stream of MCP in which the server sent nothing is one as well."""
        request, response = self.exchange.request, self.exchange.response
        if self.verdict != "not-a-stream" or any(flag & ERROR for flag in self.flags):
            return False
        if response is not None and response.status == 204:
            return request is None or request.asks_for_stream is not True
        if request is None or (response is not None and response.status >= 400):
            return False
        if request.listens and not self.exchange.frames.body:
            return True
        wants_events = (header(request.headers, "accept") or "").strip().lower() == "text/event-stream"
        kind = (self.exchange.content_type or "").partition(";")[0].strip().lower()
        wanted = request.asks_for_stream
        wanted = (request.method == "POST" and wanted is True) or (wanted is None and wants_events)
        return not wanted and kind not in _STREAM_TYPES

    def deltas(self, chunk: int) -> tuple[Delta, ...]:
        """Return what chunk `chunk` adds."""
        return self.reader(self.chunks[chunk])

    def payload_sizes(self) -> list[int]:
        """The number of bytes of each event's data."""
        data = self.events.data
        return data.sizes(self.exchange.frames.sizes) if isinstance(data, Payloads) else list(map(len, data))

    def chunk_times(self) -> Sequence[int | None]:
        """When each chunk was complete (ns), None if times were not measured."""
        if self.chunk_events == range(len(self.chunks)):
            return self.times[: len(self.chunks)]
        return list(map(self.times.__getitem__, self.chunk_events))

    def time_of(self, chunk: int) -> int | None:
        """When chunk `chunk` was complete (ns), or None if times were not measured."""
        return self.times[self.chunk_events[chunk]]

    def place(
        self, *, event: int | None = None, chunk: int | None = None, byte: int | None = None, path: str | None = None
    ) -> Place:
        """Return the position of an event (index from 0), a chunk or a byte, with numbers from 1 for display."""
        if chunk is not None:
            event = self.chunk_events[chunk]
        if byte is None and event is not None:
            byte = self.events.starts[event]
        line = None if byte is None else self.exchange.frames.line_of(byte)
        return Place(None if event is None else event + 1, byte, line, path)
