"""From an exchange to a Stream, and from a Stream to its message.

The framing is chosen by content type or bytes, the API and the dialect by what the stream holds; the verdict is one word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from streamkit.apis._api import APIS, UNKNOWN, Api, Assembler, Chunk, Ending, Sample
from streamkit.apis._decode import Decoded, decode
from streamkit.apis.dialects import DIALECTS, Dialect, detect_dialect
from streamkit.errors import StreamkitError
from streamkit.model.exchange import Exchange, is_error_body
from streamkit.model.grammar import Misstep
from streamkit.model.message import ERROR, USAGE, Reply, Usage
from streamkit.model.stream import Misfit, Stream, Verdict
from streamkit.wire.values import Events, Ignored

Found = TypeVar("Found", Misfit, Misstep)


def interpret(
    exchange: Exchange, *, api: str | None = None, dialect: str | None = None, strict: bool = False, judge: bool = False
) -> Stream:
    """Decode one exchange and detect its API and dialect.

    `api` and `dialect` override the detection. `strict` ignores what the dialect permits. `judge` also checks shape and
    order, which only lint needs. Raises UnknownEntry for an unknown name; never raises on content: where a part of streamkit
    does, which is a defect of it, the stream has no events and names the exception in `defects`.
    """
    try:
        return _interpreted(exchange, api, dialect, strict=strict, judge=judge)
    except StreamkitError:
        raise
    except Exception as defect:
        nothing = Events(data=[], starts=[], ends=[])
        reason = f"the exchange cannot be interpreted: {type(defect).__name__}: {defect}"
        return Stream(
            exchange=exchange,
            framing="",
            events=nothing,
            times=(),
            api=api or UNKNOWN,
            dialect=dialect or "",
            detected="",
            verdict="malformed",
            judged=True,
            defects=(reason,),
        )


def _interpreted(exchange: Exchange, api: str | None, dialect: str | None, *, strict: bool, judge: bool) -> Stream:
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
    stream = build_stream(exchange, decoded, spoken, chosen, reason, strict=strict)
    return judged(stream) if judge else stream


def assemble(stream: Stream) -> Assembler:
    """The stream's assembler, fed with all chunks. Where the body is one error object, that object is the answer."""
    assembler = APIS[stream.api].assembler()
    for chunk in stream.chunks:
        assembler.feed(chunk)
    alone = stream.verdict == "not-a-stream" and len(stream.chunks) == 1 and stream.flags[0] & ERROR
    return _Refused(stream.chunks[0]) if alone and not assembler.message.messages else assembler


class _Refused:
    """The answer to a refused request: an error object, and no message."""

    message = Reply()

    def __init__(self, error: Chunk) -> None:
        self.object: Any = error

    def feed(self, chunk: Chunk) -> None:
        """Replace the error object."""
        self.object = chunk


def _sample(exchange: Exchange, decoded: Decoded) -> Sample:
    path = exchange.request.path if exchange.request else ""
    events = decoded.chunk_events[:32]
    return Sample(
        path=path,
        framing=decoded.framing,
        chunks=decoded.chunks[:32],
        names=[decoded.events.name(event) for event in events],
        response_headers=exchange.response.headers if exchange.response else (),
        events=[
            (decoded.events.name(event), decoded.events.data[event]) for event in range(min(len(decoded.events), 32))
        ],
    )


def choose_api(sample: Sample, wanted: str | None) -> tuple[Api, str]:
    """The API that is wanted, or the first that recognises the sample; and why."""
    if wanted is not None:
        return APIS[wanted], "as asked"
    for api in sorted(APIS.values(), key=lambda entry: entry.order):
        reason = api.recognises(sample)
        if reason is not None:
            return api, reason
    return APIS[UNKNOWN], "no API that is known"


def build_stream(
    exchange: Exchange, decoded: Decoded, api: Api, dialect: Dialect | None, reason: str, *, strict: bool
) -> Stream:
    """The stream of a decoded exchange, once its API and dialect are known."""
    flags = api.all_flags(decoded.chunks) if api.all_flags else list(map(api.flags, decoded.chunks))
    if decoded.document and len(decoded.chunks) == 1 and is_error_body(decoded.chunks[0]):
        flags = [flags[0] | ERROR]
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
    undecoded = any(broken.kind != "empty" and not broken.recovered and not broken.cut for broken in decoded.broken)
    if undecoded or any(isinstance(aside, Ignored) and aside.lost for _, aside in decoded.events.asides):
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


def judged(stream: Stream) -> Stream:
    """The stream with its shape and order checked, as rules need it; itself where that was done already.

    The stream is taken as it is: nothing of it is decoded or detected again.
    """
    judge = APIS[stream.api].judge
    if stream.judged:
        return stream
    if judge is None:
        return replace(stream, judged=True, unchecked=("shape", "order"))
    told = judge()
    known = DIALECTS[stream.dialect].extra_fields if stream.dialect else ()
    defects: list[str] = []
    return replace(
        stream,
        judged=True,
        judged_as=told.speaks(stream.chunks),
        misfits=_guarded(lambda: told.misfits(stream.chunks), f"the table of shapes of {stream.api}", defects),
        missteps=_guarded(lambda: told.missteps(stream), f"the table of order of {stream.api}", defects),
        drift=lambda: tuple(told.unknown(stream.chunks, known)),
        defects=(*stream.defects, *defects),
    )


def _guarded(find: Callable[[], Iterable[Found]], part: str, defects: list[str]) -> tuple[Found, ...]:
    """All that `find` gives before it ends or raises; in the latter case `defects` gets a line."""
    found: list[Found] = []
    try:
        found.extend(find())
    except Exception as defect:
        defects.append(f"{part} failed: {type(defect).__name__}: {defect}")
    return tuple(found)
