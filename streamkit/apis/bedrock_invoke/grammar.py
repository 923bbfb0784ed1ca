"""The allowed order of an InvokeModel stream: that of the API which the model's family speaks.

A family without an API of its own sends texts, then one chunk that tells why it ended; Bedrock adds its metrics to the
last chunk of every family.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from streamkit.apis import APIS, Chunk, Judge
from streamkit.apis._bedrock import failure
from streamkit.apis._kit.values import Texts, check_not_decreasing, second_end_severity
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
"""Every misstep that these checks can report, each the name of a rule; those of the API within come beside them."""

_RUNNING = ("generation_token_count", "totalOutputTextTokenCount")


def inner_api(chunks: Sequence[Chunk]) -> str:
    """The name of the API that the model's family speaks, or ""."""
    family = _family(chunks)
    return family.name if family is not None and family.name in APIS else ""


def _family(chunks: Sequence[Chunk]) -> Family | None:
    return next(filter(None, map(find_family, chunks[:8])), None)


def _inner(chunks: Sequence[Chunk]) -> tuple[list[int], list[Chunk]]:
    """What the family sent, without what Bedrock adds, and the place of each of these chunks."""
    places = [place for place, chunk in enumerate(chunks) if find_family(chunk) is not None or failure(chunk) is None]
    return places, [{key: value for key, value in chunks[place].items() if key != METRICS} for place in places]


def _judge(chunks: Sequence[Chunk]) -> Judge | None:
    made = APIS[inner_api(chunks)].judge if inner_api(chunks) else None
    return made() if made is not None else None


def misfits(chunks: Sequence[Chunk]) -> Iterator[Misfit]:
    """Yield every misfit of a stream, by the table of the API within, and what does not fit in Bedrock's metrics."""
    judge = _judge(chunks)
    if judge is None:
        yield from shape.misfits(chunks)
        return
    yield from shape.metrics_misfits(chunks)
    places, inner = _inner(chunks)
    for misfit in judge.misfits(inner):
        yield replace(misfit, chunk=places[misfit.chunk])


def unknown(chunks: Sequence[Chunk], known: Sequence[str] = ()) -> Iterator[Misfit]:
    """The fields that are in no table of the API within."""
    judge = _judge(chunks)
    if judge is None:
        yield from shape.unknown(chunks, known)
        return
    places, inner = _inner(chunks)
    for misfit in judge.unknown(inner, known):
        yield replace(misfit, chunk=places[misfit.chunk])


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Every misstep of a stream, by the table of the API within."""
    yield from _handed_on(stream)
    judge = _judge(stream.chunks)
    if judge is None:
        yield from _plain(stream)
        return
    places, inner = _inner(stream.chunks)
    within = replace(
        stream,
        chunks=inner,
        chunk_events=[stream.chunk_events[place] for place in places],
        flags=[stream.flags[place] for place in places],
    )
    for step in judge.missteps(within):
        if step.chunk is not None:
            yield replace(step, chunk=places[step.chunk])
        elif stream.verdict != "error":  # what Bedrock broke off, the family could not end
            yield step


def _handed_on(stream: Stream) -> Iterator[Misstep]:
    """What belongs to no family or to another than the stream's, and Bedrock's metrics, which come once, at the end."""
    family = _family(stream.chunks)
    metrics: int | None = None
    for chunk, inner in enumerate(stream.chunks):
        spoken = find_family(inner)
        if failure(inner) is not None and spoken is None:
            continue
        if metrics is not None:
            yield Misstep("after-end", chunk, "more comes after Bedrock's metrics", "$")
        if METRICS in inner:
            metrics = chunk
        if spoken is None or (family is not None and spoken.name != family.name):
            told = "no family that is known" if spoken is None else f"the family {spoken.name}"
            yield Misstep("unknown-event", chunk, f"the bytes of this chunk hold a chunk of {told}", "$")
    if metrics is None and stream.terminal and stream.verdict != "error":
        yield Misstep("incomplete-end", None, f"no chunk holds {METRICS}, which tells the token counts")


def _plain(stream: Stream) -> Iterator[Misstep]:
    walk, texts = Walk(GRAMMAR), Texts()
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
                "a chunk comes after the one that tells why the answer ended",
                "$",
                second_end_severity(wrong),
            )
        for delta in family.deltas(inner):
            if delta.kind == "text":
                yield from texts.add(chunk, "$", delta.text, key=delta.choice)
        counts: dict[str, Any] = {name: inner.get(name) for name in _RUNNING}
        yield from check_not_decreasing(chunk, "$", counts, counted)
