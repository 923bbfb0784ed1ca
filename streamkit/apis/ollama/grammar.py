"""The allowed order of an Ollama stream: lines with `done: false`, then one with `done: true` and the server's counts.

Source: github.com/ollama/ollama, `docs/api.md`, and recorded streams: every line has its creation time, with nanosecond
precision, in ascending order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.reading import as_object, objects_in
from streamkit.apis._kit.values import Calls, Counter, PartTexts, Repeated, instant, second_end_severity
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream

GRAMMAR = Grammar(
    name="an Ollama answer",
    start="open",
    steps={("open", "line"): "open", ("open", "done"): "finished"},
    missteps={("finished", "line"): "delta-after-finish", ("finished", "done"): "repeated-finish"},
    ends=frozenset({"open", "finished"}),
)

KINDS = GRAMMAR.kinds | {
    "counter-order",
    "cumulative-content",
    "repeated-delta",
    "durations-exceed-total",
    "empty-id",
    "incomplete-end",
    "model-changed",
    "shared-tool-id",
}
"""Every misstep that these checks can report; each is the name of a rule."""

_PARTS = ("load_duration", "prompt_eval_duration", "eval_duration")
# A fully cached prompt is not counted, and a request that only loads or unloads the model generates nothing.
_EXPECTED = ("done_reason", "total_duration", "eval_count")
_LOAD_ONLY = ("load", "unload")


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of an Ollama stream in the order of its lines."""
    if not stream.streamed:
        return
    walk, same, texts, calls, times = Walk(GRAMMAR), Repeated(), PartTexts(), Calls(), Counter(repeats=True)
    for chunk, line in enumerate(stream.chunks):
        if "error" in line and "done" not in line:
            continue
        done = line.get("done") is True
        wrong = walk.step(0, "done" if done else "line")
        if wrong is not None:
            yield Misstep(
                wrong, chunk, "a line comes after the one with done: true", "$.done", second_end_severity(wrong)
            )
        yield from same.check(chunk, "$.model", line.get("model"), kind="model-changed")
        created = line.get("created_at")
        yield from times.next(chunk, "$.created_at", instant(created))
        message = as_object(line.get("message"))
        yield from texts.add(chunk, "$.message.content", message.get("content") or line.get("response"))
        yield from texts.add(
            chunk, "$.message.thinking", message.get("thinking") or line.get("thinking"), key="thinking"
        )
        for index, call in enumerate(objects_in(message.get("tool_calls"))):
            yield from calls.open(chunk, f"$.message.tool_calls[{index}].id", (chunk, index), call.get("id"))
        yield from _repeated(stream, chunk)
        if done:
            yield from _done(chunk, line)


def _repeated(stream: Stream, chunk: int) -> Iterator[Misstep]:
    """Yield a misstep if a line equals the previous one: no server creates two in one nanosecond."""
    if chunk and stream.chunks[chunk] == stream.chunks[chunk - 1] and "created_at" in stream.chunks[chunk]:
        yield Misstep("counter-order", chunk, "the line repeats the previous line, including its time", "$.created_at")


def _done(chunk: int, line: dict[str, Any]) -> Iterator[Misstep]:
    """Check the last line: its required fields, and whether its durations add up."""
    for name in () if line.get("done_reason") in _LOAD_ONLY else _EXPECTED:
        if name not in line:
            yield Misstep("incomplete-end", chunk, f"{name} is missing from the line with done: true", f"$.{name}")
    parts = [line.get(name, 0) for name in _PARTS]
    whole = line.get("total_duration")
    if type(whole) is int and all(type(part) is int for part in parts) and sum(parts) > whole:
        message = f"total_duration is {whole}, but {' + '.join(_PARTS)} is {sum(parts)}"
        yield Misstep("durations-exceed-total", chunk, message, "$.total_duration")
