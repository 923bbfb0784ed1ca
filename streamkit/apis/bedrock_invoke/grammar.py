"""The allowed order of an InvokeModel stream: that of the API that the model's family uses.

A family without an API of its own sends text, then one chunk with a finish reason. Bedrock adds its metrics to the last
chunk of every family.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from streamkit.apis import APIS, Chunk, Judge
from streamkit.apis._bedrock import exception_in
from streamkit.apis._kit.values import PartTexts, check_not_decreasing, second_end_severity
from streamkit.apis.bedrock_invoke import shape
from streamkit.apis.bedrock_invoke.families import METRICS, Family, find_family
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.message import TEXT
from streamkit.model.stream import Misfit, Stream

GRAMMAR = Grammar(
    name="the answer of a model family without an API of its own",
    start="open",
    steps={("open", "text"): "open", ("open", "finish"): "finished"},
    missteps={("finished", "text"): "delta-after-finish", ("finished", "finish"): "repeated-finish"},
    ends=frozenset({"open", "finished"}),
)

KINDS = GRAMMAR.kinds | {
    "after-end",
    "cumulative-content",
    "repeated-delta",
    "incomplete-end",
    "unknown-event",
    "usage-decreasing",
}
"""Every misstep that these checks can report, each the name of a rule, in addition to those of the inner API."""

_RUNNING = ("generation_token_count", "totalOutputTextTokenCount")


def inner_api(chunks: Sequence[Chunk]) -> str:
    """Return the name of the API that the model's family uses, or ""."""
    family = _family(chunks)
    return family.name if family is not None and family.name in APIS else ""


def _family(chunks: Sequence[Chunk]) -> Family | None:
    return next(filter(None, map(find_family, chunks[:8])), None)


def _inner(chunks: Sequence[Chunk]) -> tuple[list[int], list[Chunk]]:
    """Return the chunks of the family, without what Bedrock adds, and the position of each."""
    positions = [
        position
        for position, chunk in enumerate(chunks)
        if find_family(chunk) is not None or exception_in(chunk) is None
    ]
    return positions, [
        {key: value for key, value in chunks[position].items() if key != METRICS} for position in positions
    ]


def _inner_judge(chunks: Sequence[Chunk]) -> Judge | None:
    made = APIS[inner_api(chunks)].judge if inner_api(chunks) else None
    return made() if made is not None else None


def misfits(chunks: Sequence[Chunk]) -> Iterator[Misfit]:
    """Yield every misfit of a stream, using the table of the inner API, and the misfits of Bedrock's metrics."""
    judge = _inner_judge(chunks)
    if judge is None:
        yield from shape.misfits(chunks)
        return
    yield from shape.metrics_misfits(chunks)
    positions, inner = _inner(chunks)
    for misfit in judge.misfits(inner):
        yield replace(misfit, chunk=positions[misfit.chunk])


def unknown(chunks: Sequence[Chunk], known: Sequence[str] = ()) -> Iterator[Misfit]:
    """Yield the fields that are not in the tables of the inner API."""
    judge = _inner_judge(chunks)
    if judge is None:
        yield from shape.unknown(chunks, known)
        return
    positions, inner = _inner(chunks)
    for misfit in judge.unknown(inner, known):
        yield replace(misfit, chunk=positions[misfit.chunk])


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a stream, using the table of the inner API."""
    yield from _check_envelope(stream)
    judge = _inner_judge(stream.chunks)
    if judge is None:
        yield from _check_plain(stream)
        return
    positions, inner = _inner(stream.chunks)
    within = replace(
        stream,
        chunks=inner,
        chunk_events=[stream.chunk_events[position] for position in positions],
        flags=[stream.flags[position] for position in positions],
    )
    for step in judge.missteps(within):
        if step.chunk is not None:
            yield replace(step, chunk=positions[step.chunk])
        elif stream.verdict != "error":  # an exception from Bedrock leaves the family's stream incomplete
            yield step


def _check_envelope(stream: Stream) -> Iterator[Misstep]:
    """Check that every chunk belongs to the stream's family, and that Bedrock's metrics come once, at the end."""
    family = _family(stream.chunks)
    metrics: int | None = None
    for chunk, inner in enumerate(stream.chunks):
        chunk_family = find_family(inner)
        if exception_in(inner) is not None and chunk_family is None:
            continue
        if metrics is not None:
            yield Misstep("after-end", chunk, "the stream continues after Bedrock's metrics", "$")
        if METRICS in inner:
            metrics = chunk
        if chunk_family is None or (family is not None and chunk_family.name != family.name):
            name = "an unknown family" if chunk_family is None else f"the family {chunk_family.name}"
            yield Misstep("unknown-event", chunk, f"the bytes of this chunk hold a chunk of {name}", "$")
    if metrics is None and stream.terminal and stream.verdict != "error":
        yield Misstep("incomplete-end", None, f"no chunk has {METRICS}, which gives the token counts")


def _check_plain(stream: Stream) -> Iterator[Misstep]:
    walk, texts = Walk(GRAMMAR), PartTexts()
    counted: dict[str, int] = {}
    for chunk, inner in enumerate(stream.chunks):
        family = find_family(inner)
        if family is None:
            continue
        if family.last(inner):
            wrong = walk.step(0, "finish")
        else:
            wrong = walk.step(0, "text") if stream.flags[chunk] & TEXT else None
        if wrong is not None:
            yield Misstep(
                wrong,
                chunk,
                "a chunk comes after the one with the finish reason",
                "$",
                second_end_severity(wrong),
            )
        for delta in family.deltas(inner):
            if delta.kind == "text":
                yield from texts.add(chunk, "$", delta.text, key=delta.choice)
        counts: dict[str, Any] = {name: inner.get(name) for name in _RUNNING}
        yield from check_not_decreasing(chunk, "$", counts, counted)
