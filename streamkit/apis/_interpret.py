"""Interpret an exchange as a Stream, and assemble the message of a Stream.

The framing is chosen by content type or bytes, the API and the dialect by the content of the stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from streamkit.apis._api import APIS, UNKNOWN, Api, Assembler, Chunk, Ending, Sample
from streamkit.apis._decode import Decoded, decode
from streamkit.apis._detect import choose_api, recognised_in_each
from streamkit.apis._on_demand import HEAD, ChunksOnDemand, NotAnObject, flags_by_form, unlike
from streamkit.apis.dialects import DIALECTS, Dialect, detect_dialect
from streamkit.errors import StreamkitError, defect_text
from streamkit.model.exchange import Exchange, is_error_body
from streamkit.model.grammar import Misstep
from streamkit.model.message import ERROR, USAGE, Reply, Usage
from streamkit.model.stream import Misfit, Stream, Verdict
from streamkit.model.timeline import Alike
from streamkit.wire.runs import Repeating
from streamkit.wire.values import Events, Ignored

Breach = TypeVar("Breach", Misfit, Misstep)


def interpret(
    exchange: Exchange,
    *,
    api: str | None = None,
    dialect: str | None = None,
    strict: bool = False,
    judge: bool = False,
    on_demand: bool = False,
) -> Stream:
    """Decode one exchange and detect its API and dialect.

    `api` and `dialect` override the detection. `strict` ignores what the dialect permits. `judge` also checks shape and
    order, which only lint needs. `on_demand` keeps no chunks: `chunks` decodes each one whenever it is looked at, which
    is faster if few are looked at. Raises UnknownEntry for an unknown name. Never raises because of the content: if a
    defect in streamkit or an extension does, the returned stream has no events and names the exception in `defects`.
    """
    try:
        if on_demand:
            try:
                return _interpreted(
                    exchange, decode(exchange, on_demand=True), api, dialect, strict=strict, judge=judge
                )
            except NotAnObject:
                pass  # events that are not chunks have to be described one by one
        return _interpreted(exchange, decode(exchange, repeating=judge), api, dialect, strict=strict, judge=judge)
    except StreamkitError:
        raise
    except Exception as defect:
        no_events = Events(data=[], starts=[], ends=[])
        reason = f"the exchange cannot be interpreted: {defect_text(defect)}"
        return Stream(
            exchange=exchange,
            framing="",
            events=no_events,
            times=(),
            api=api or UNKNOWN,
            dialect=dialect or "",
            detected="",
            verdict="malformed",
            judged=True,
            defects=(reason,),
        )


def _interpreted(
    exchange: Exchange, decoded: Decoded, api: str | None, dialect: str | None, *, strict: bool, judge: bool
) -> Stream:
    brief = _brief_sample(exchange, decoded) if api is None else None
    detected = brief and recognised_in_each(brief)
    chosen_api, reason, rival = detected or choose_api(_sample(exchange, decoded), api)
    if chosen_api.parse_event is not None:
        decoded = decoded.with_parser(chosen_api.parse_event)
    if chosen_api.unwrap is not None:
        decoded = decoded.unwrapped(chosen_api.unwrap)
    if chosen_api.follow is not None:
        decoded = decoded.followed(chosen_api.follow())
    found = (
        (DIALECTS[dialect], "as requested") if dialect else detect_dialect(chosen_api.name, exchange, decoded.chunks)
    )
    chosen_dialect = found[0] if found else None
    if found is not None:
        reason += f"; {found[0].name}: {found[1]}"
    stream = build_stream(exchange, decoded, chosen_api, chosen_dialect, reason, strict=strict)
    if rival is not None:
        stream = replace(stream, rival=rival)
    return judged(stream) if judge else stream


def assemble(stream: Stream) -> Assembler:
    """Return the stream's assembler, fed with all chunks. If the body is a single error object, its `object` is that."""
    api, chunks = APIS[stream.api], stream.chunks
    assembler = api.assembler()
    for chunk in chunks.condensed(api.joins) if api.joins and isinstance(chunks, ChunksOnDemand) else chunks:
        assembler.feed(chunk)
    alone = stream.verdict == "not-a-stream" and len(stream.chunks) == 1 and stream.flags[0] & ERROR
    return _ErrorAssembler(stream.chunks[0]) if alone and not assembler.message.messages else assembler


def alike(stream: Stream) -> Iterator[Alike]:
    """Yield the runs of chunks of a stream that add the same but for one text, as far as they are known without decoding them."""
    if isinstance(stream.chunks, ChunksOnDemand):
        yield from stream.chunks.alike(stream.reader)


class _ErrorAssembler:
    """The assembler of a rejected request: an error object and no message."""

    message = Reply()

    def __init__(self, error: Chunk) -> None:
        self.object: Any = error

    def feed(self, chunk: Chunk) -> None:
        """Replace the error object."""
        self.object = chunk


def _sample(exchange: Exchange, decoded: Decoded) -> Sample:
    chunk_events = decoded.chunk_events[:HEAD]
    data = decoded.events.data[:HEAD]
    if isinstance(decoded.chunks, ChunksOnDemand):
        decoded.chunks.see(data)
    return _sample_of(exchange, decoded, decoded.chunks[:HEAD], chunk_events, enumerate(data))


def _brief_sample(exchange: Exchange, decoded: Decoded) -> Sample | None:
    """Return the same without the events that differ from an earlier one in their texts alone; None if that is not known."""
    chunks, data = decoded.chunks, decoded.events.data
    forms = chunks.forms if isinstance(chunks, ChunksOnDemand | Repeating) else None
    if forms is None or not (places := unlike(forms, HEAD)):
        return None
    kept = [*places, *range(len(chunks), min(HEAD, len(data)))]
    return _sample_of(exchange, decoded, [chunks[place] for place in places], places, [(i, data[i]) for i in kept])


def _sample_of(
    exchange: Exchange,
    decoded: Decoded,
    chunks: Sequence[Chunk],
    chunk_events: Sequence[int],
    events: Iterable[tuple[int, bytes]],
) -> Sample:
    return Sample(
        path=exchange.request.path if exchange.request else "",
        framing=decoded.framing,
        chunks=chunks,
        names=[decoded.events.name(event) for event in chunk_events],
        response_headers=exchange.response.headers if exchange.response else (),
        events=[(decoded.events.name(event), payload) for event, payload in events],
    )


def build_stream(
    exchange: Exchange, decoded: Decoded, api: Api, dialect: Dialect | None, reason: str, *, strict: bool
) -> Stream:
    """Make the Stream of a decoded exchange whose API and dialect are known."""
    flags = _all_flags(api, decoded.chunks)
    if decoded.document and len(decoded.chunks) == 1 and is_error_body(decoded.chunks[0]):
        flags = [flags[0] | ERROR]
    streamed = not decoded.chunks or api.streamed(decoded.chunks[0])
    method = exchange.request.method if exchange.request is not None else ""
    terminal = api.ended(Ending(decoded.chunks, flags, bool(decoded.done), method))
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


def _all_flags(api: Api, chunks: Sequence[Chunk]) -> list[int]:
    """Return the flags of each chunk."""
    if isinstance(chunks, ChunksOnDemand):
        return chunks.all_flags(lambda some: _all_flags(api, some))
    if isinstance(chunks, Repeating):
        return flags_by_form(chunks.forms, lambda some: _all_flags(api, some), lambda start, stop: [chunks[start:stop]])
    return api.all_flags(chunks) if api.all_flags else list(map(api.flags, chunks))


def _verdict(decoded: Decoded, flags: Sequence[int], streamed: bool, terminal: bool) -> Verdict:
    """Return how the stream ended; the first verdict that applies, in this order."""
    if not streamed or decoded.document or not (decoded.chunks or decoded.done or decoded.broken):
        return "not-a-stream"
    if any(flag & ERROR for flag in set(flags)):
        return "error"
    undecoded = any(broken.kind != "empty" and not broken.recovered and not broken.cut for broken in decoded.broken)
    if undecoded or any(isinstance(aside, Ignored) and aside.lost for _, aside in decoded.events.asides):
        return "malformed"
    return "complete" if terminal else "truncated"


def _usage(api: Api, chunks: Sequence[Chunk], flags: Sequence[int]) -> Usage | None:
    """Return the last usage that the stream reports. Providers that report it repeatedly send running totals, so
    reports are never added up."""
    if api.merged_usage is None:
        for position in range(len(chunks) - 1, -1, -1):
            if flags[position] & USAGE:
                return api.usage(chunks[position])
        return None
    raw: dict[str, Any] = {}
    for chunk, flag in zip(chunks, flags, strict=True):
        report = api.usage(chunk) if flag & USAGE else None
        if report is not None:
            raw.update((key, value) for key, value in report.raw.items() if value is not None)
    return api.merged_usage(raw) if raw else None


def judged(stream: Stream) -> Stream:
    """Return the stream with its shape and order checked, as rules need it, or the stream itself if it is already
    checked.

    Nothing is decoded or detected again.
    """
    judge = APIS[stream.api].judge
    if stream.judged:
        return stream
    if judge is None:
        return replace(stream, judged=True, unchecked=("shape", "order"))
    tables = judge()
    known = DIALECTS[stream.dialect].extra_fields if stream.dialect else ()
    defects: list[str] = []
    return replace(
        stream,
        judged=True,
        judged_as=tables.inner_api(stream.chunks),
        misfits=_guarded(lambda: tables.misfits(stream.chunks), f"the shape check of {stream.api}", defects),
        missteps=_guarded(lambda: tables.missteps(stream), f"the order check of {stream.api}", defects),
        drift=lambda: tuple(tables.unknown(stream.chunks, known)),
        defects=(*stream.defects, *defects),
    )


def _guarded(find: Callable[[], Iterable[Breach]], name: str, defects: list[str]) -> tuple[Breach, ...]:
    """Return everything that `find` yields until it ends or raises. An exception is appended to `defects`."""
    found: list[Breach] = []
    try:
        found.extend(find())
    except Exception as defect:
        defects.append(f"{name} failed: {defect_text(defect)}")
    return tuple(found)
