"""The allowed order of a watsonx stream: text with running counts, and one stop reason per result.

Source: cloud.ibm.com/apidocs/watsonx-ai, "Infer text event stream", and its examples: counts are running totals, some
of which are 0 in later chunks, times ascend, and the model stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.reading import objects_in
from streamkit.apis._kit.values import Counter, PartTexts, Repeated, check_not_decreasing
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream

GRAMMAR = Grammar(
    name="a result of a watsonx stream",
    start="open",
    steps={("open", "text"): "open", ("open", "stop"): "finished"},
    missteps={("finished", "text"): "delta-after-finish", ("finished", "stop"): "repeated-finish"},
    ends=frozenset({"open", "finished"}),
)

KINDS = GRAMMAR.kinds | {
    "counter-order",
    "cumulative-content",
    "repeated-delta",
    "incomplete-end",
    "model-changed",
    "usage-decreasing",
    "value-changed",
}
"""Every misstep that these checks can report; each is the name of a rule."""

_NOT_FINISHED = (None, "", "not_finished", "NOT_FINISHED")
_COUNTS = ("generated_token_count", "input_token_count")


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a watsonx stream in the order of its chunks."""
    walk, same, texts, times, ids = Walk(GRAMMAR), Repeated(), PartTexts(), Counter(repeats=True), Counter()
    counted: dict[int, dict[str, int]] = {}
    for chunk, entry in enumerate(stream.chunks):
        yield from same.check(chunk, "$.model_id", entry.get("model_id"), kind="model-changed")
        yield from same.check(chunk, "$.model_version", entry.get("model_version"))
        created = entry.get("created_at")
        yield from times.next(
            chunk, "$.created_at", created if type(created) is str and created.endswith("Z") else None
        )
        yield from ids.next(chunk, "id", _id(stream, chunk))
        for index, result in enumerate(objects_in(entry.get("results"))):
            path = f"$.results[{index}]"
            before = counted.setdefault(index, {})
            yield from _result(walk, texts, chunk, index, result)
            stuck = result.get("generated_text") and 0 < before.get(_COUNTS[0], 0) == result.get(_COUNTS[0])
            if stuck and result.get("stop_reason") in _NOT_FINISHED:
                message = f"{_COUNTS[0]} is still {before[_COUNTS[0]]}, although there is more text"
                yield Misstep("counter-order", chunk, message, f"{path}.{_COUNTS[0]}")
            yield from check_not_decreasing(chunk, path, {name: result.get(name) for name in _COUNTS}, before)
    if stream.terminal and stream.verdict != "error":
        for index, before in counted.items():
            for name in _COUNTS:
                if name not in before:
                    message = f"no chunk gives the {name} of result {index}"
                    yield Misstep("incomplete-end", None, message, f"$.results[{index}].{name}")


def _id(stream: Stream, chunk: int) -> int | None:
    """Return the number of a chunk's event, if the service gives one, or None."""
    ids = stream.events.ids
    given = ids[stream.chunk_events[chunk]] if ids is not None else ""
    return int(given) if given.isdecimal() and len(given) < 10 else None


def _result(walk: Walk, texts: PartTexts, chunk: int, index: int, result: dict[str, Any]) -> Iterator[Misstep]:
    path = f"$.results[{index}]"
    yield from texts.add(chunk, f"{path}.generated_text", result.get("generated_text"), key=index)
    finished = result.get("stop_reason") not in _NOT_FINISHED
    wrong = walk.step(index, "stop" if finished else "text")
    if wrong == "repeated-finish":
        yield Misstep(wrong, chunk, f"result {index} stops again", f"{path}.stop_reason", "warning")
    elif wrong is not None:
        yield Misstep(wrong, chunk, f"result {index} continues after its stop_reason", f"{path}.generated_text")
