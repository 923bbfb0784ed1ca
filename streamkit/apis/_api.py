"""An API: how to know its streams, and what its chunks mean. One file an API; this is their contract and their door.

`interpret(exchange)` decodes one exchange into a Stream: the framing by content type or bytes, the API and the dialect by
what the stream holds, one verdict. `assemble(stream)` puts the message back together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from streamkit.apis._decode import Decoded, decode, parse
from streamkit.apis.dialects._dialect import DIALECTS, Dialect, detect_dialect
from streamkit.model.exchange import Exchange, Headers
from streamkit.model.grammar import Misstep
from streamkit.model.message import ERROR, USAGE, Delta, Reply, Usage
from streamkit.model.stream import Misfit, Stream, Verdict
from streamkit.registry import Catalogue

Chunk = dict[str, Any]

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sample:
    """What an API is known by: the request's path, the framing, the first chunks and the names of their events.

    `events` are the names and data of the first events, those too that hold no JSON object.
    """

    path: str
    framing: str
    chunks: Sequence[Chunk]
    names: Sequence[str]
    response_headers: Headers = ()
    events: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What tells whether a stream came to its own end: all chunks with their flags, and whether `[DONE]` was seen."""

    chunks: Sequence[Chunk]
    flags: Sequence[int]
    done: bool


class Assembler(Protocol):
    """Puts a message together while chunks arrive.

    Feeding is linear in the chunks. `object` and `message` join what is there: each asking costs about one copy of the
    text so far, so ask as often as a person can read (some ten times a second), not after every chunk. Of a stream of 100,000
    chunks, asking after every hundredth takes about as long again as feeding, or twice.
    """

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        ...

    @property
    def object(self) -> Any:
        """The object that the API would have answered without streaming, as far as the chunks go."""
        ...

    @property
    def message(self) -> Reply:
        """The same in the words that all APIs share."""
        ...


@dataclass(frozen=True, slots=True)
class Judge:
    """An API's tables, as functions; a file of its own holds them, which is imported when a stream is first judged.

    `misfits` checks one chunk's shape and `missteps` the order of them all. `unknown` gives the fields that are in no table,
    less those of the paths that it is handed; only who asks is told. `schema` gives the JSON Schema of a chunk, made from the
    table that `misfits` checks. `misfit_kinds` and `misstep_kinds` name everything that the two can find; each is the name of
    a rule that finds it for this API, which tests hold.
    """

    misfits: Callable[[Sequence[Chunk]], Iterable[Misfit]]
    missteps: Callable[[Stream], Iterable[Misstep]]
    unknown: Callable[[Sequence[Chunk], Sequence[str]], Iterable[Misfit]]
    schema: Callable[[], dict[str, Any]]
    misfit_kinds: Callable[[], frozenset[str]]
    misstep_kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Api:
    """One protocol.

    `recognises` gives the reason why a sample is of this API, or None. `flags` tells what a chunk carries, as bits of
    `model.message`; it is asked for every chunk, so it is lean, and it never raises; `all_flags` tells
    the same of all chunks at once, for an API that has a faster way. `deltas` tells the same in full.
    `ended` tells whether the terminal event was seen. `streamed` is False for the API's object of a plain answer.
    `judge` gives the tables of shape and order; None where a protocol has none.
    `unwrap` takes a chunk, with the name of its event, out of what it comes in. `reads` makes a chunk of any event's data and
    name, for APIs whose data is no JSON; None where the event is none.
    APIs are asked in ascending `order`: the particular before the general. `choices` is the field of the API's object that
    holds its alternative answers, each with an `index`, or None where there is only ever one. `usage_grows` is set where a
    later report of usage leaves out what an earlier one told, which then still holds; it reads the reports put together.
    """

    name: str
    title: str
    recognises: Callable[[Sample], str | None]
    flags: Callable[[Chunk], int]
    deltas: Callable[[Chunk], tuple[Delta, ...]]
    usage: Callable[[Chunk], Usage | None]
    model: Callable[[Chunk], str | None]
    ended: Callable[[Ending], bool]
    assembler: Callable[[], Assembler]
    streamed: Callable[[Chunk], bool] = lambda _: True
    unwrap: Callable[[Chunk, str], Chunk] | None = None
    reads: Callable[[bytes, str], Chunk | None] | None = None
    judge: Callable[[], Judge] | None = None
    order: int = 50
    choices: str | None = None
    usage_grows: Callable[[dict[str, Any]], Usage | None] | None = None
    all_flags: Callable[[Sequence[Chunk]], list[int]] | None = None

    def chunk_of(self, data: bytes, name: str) -> Chunk | None:
        """The chunk that one event holds, for who reads a stream while it arrives; None where it holds none."""
        if self.reads is not None:
            return self.reads(data, name)
        chunk, _ = parse(data, 0)
        return chunk if chunk is None or self.unwrap is None else self.unwrap(chunk, name)


APIS: Catalogue[Api] = Catalogue("streamkit.apis", Api, lambda api: api.name, apart=("dialects",))


def interpret(
    exchange: Exchange, *, api: str | None = None, dialect: str | None = None, strict: bool = False, judge: bool = False
) -> Stream:
    """One exchange decoded and understood.

    `api` and `dialect` override detection. `strict` takes back what a dialect makes lawful. `judge` also checks shape and
    order, which only lint needs. Raises UnknownEntry for a name that is in no catalogue; never for content.
    """
    decoded = decode(exchange)
    spoken, reason = choose_api(_sample(exchange, decoded), api)
    if spoken.reads is not None:
        decoded = decoded.reread(spoken.reads)
    if spoken.unwrap is not None:
        decoded = decoded.mapped(spoken.unwrap)
    found = (DIALECTS[dialect], "as asked") if dialect else detect_dialect(spoken.name, exchange, decoded.chunks)
    chosen = found[0] if found else None
    if found is not None:
        reason += f"; {found[0].name}: {found[1]}"
    stream = stream_of(exchange, decoded, spoken, chosen, reason, strict=strict)
    return _judged(stream, spoken) if judge else stream


def assemble(stream: Stream) -> Assembler:
    """The stream's assembler, fed with all its chunks. An error's body that is no stream is the answer itself."""
    assembler = APIS[stream.api].assembler()
    for chunk in stream.chunks:
        assembler.feed(chunk)
    alone = stream.verdict == "not-a-stream" and len(stream.chunks) == 1 and stream.flags[0] & ERROR
    return _Refused(stream.chunks[0]) if alone and not assembler.message.messages else assembler


class _Refused:
    """What a refused request was answered: an error's object, and no message."""

    message = Reply()

    def __init__(self, error: Chunk) -> None:
        self.object: Any = error

    def feed(self, chunk: Chunk) -> None:
        """Take the error as it stands now."""
        self.object = chunk


def _sample(exchange: Exchange, decoded: Decoded) -> Sample:
    path = path_of(exchange.request.url) if exchange.request else ""
    events = decoded.chunk_events[:32]
    return Sample(
        path,
        decoded.framing,
        decoded.chunks[:32],
        [decoded.events.name(event) for event in events],
        exchange.response.headers if exchange.response else (),
        [(decoded.events.name(event), decoded.events.data[event]) for event in range(min(len(decoded.events), 32))],
    )


def path_of(url: str) -> str:
    from urllib.parse import urlsplit  # takes long to import, and a stream alone has no URL

    return urlsplit(url).path


def choose_api(sample: Sample, wanted: str | None) -> tuple[Api, str]:
    if wanted is not None:
        return APIS[wanted], "as asked"
    for api in sorted(APIS.values(), key=lambda entry: entry.order):
        reason = api.recognises(sample)
        if reason is not None:
            return api, reason
    return APIS[UNKNOWN], "no API that is known"


def stream_of(
    exchange: Exchange, decoded: Decoded, api: Api, dialect: Dialect | None, reason: str, *, strict: bool
) -> Stream:
    flags = api.all_flags(decoded.chunks) if api.all_flags else list(map(api.flags, decoded.chunks))
    streamed = all(api.streamed(chunk) for chunk in decoded.chunks[:1])
    terminal = api.ended(Ending(decoded.chunks, flags, bool(decoded.done)))
    imported = exchange.imported
    return Stream(
        exchange=exchange,
        framing=decoded.framing,
        events=decoded.events,
        times=decoded.times,
        api=api.name,
        dialect=dialect.name if dialect else "",
        detected=reason,
        verdict=_verdict(decoded, flags, streamed, terminal),
        chunks=decoded.chunks,
        chunk_events=decoded.chunk_events,
        flags=flags,
        broken=decoded.broken,
        done=decoded.done,
        terminal=terminal,
        excerpt=bool(imported and imported.excerpt),
        framed=imported.framed if imported else True,
        streamed=streamed,
        model=next(filter(None, map(api.model, decoded.chunks)), None),
        usage=_usage(api, decoded.chunks, flags),
        lawful=frozenset() if strict or not dialect else frozenset(dialect.lawful),
        reported=api.usage,
        reader=api.deltas,
    )


def _verdict(decoded: Decoded, flags: Sequence[int], streamed: bool, terminal: bool) -> Verdict:
    """How the stream ended, in one word; the first that holds, in this order."""
    if not streamed or decoded.document or not (decoded.chunks or decoded.done or decoded.broken):
        return "not-a-stream"
    if any(map(ERROR.__and__, flags)):
        return "error"
    if any(broken.kind != "empty" and not broken.recovered and not broken.cut for broken in decoded.broken):
        return "malformed"
    return "complete" if terminal else "truncated"


def _usage(api: Api, chunks: Sequence[Chunk], flags: Sequence[int]) -> Usage | None:
    """The last usage that the stream reports: providers that repeat it report running totals, so it is never summed."""
    if api.usage_grows is None:
        for position in range(len(chunks) - 1, -1, -1):
            if flags[position] & USAGE:
                return api.usage(chunks[position])
        return None
    raw: dict[str, Any] = {}
    for chunk, flag in zip(chunks, flags, strict=True):
        report = api.usage(chunk) if flag & USAGE else None
        if report is not None:
            raw.update((key, value) for key, value in report.raw.items() if value is not None)
    return api.usage_grows(raw) if raw else None


def _judged(stream: Stream, api: Api) -> Stream:
    if api.judge is None:
        return stream
    judge = api.judge()
    known = DIALECTS[stream.dialect].extra_fields if stream.dialect else ()
    return replace(
        stream,
        misfits=tuple(judge.misfits(stream.chunks)),
        missteps=tuple(judge.missteps(stream)),
        drift=lambda: tuple(judge.unknown(stream.chunks, known)),
    )
