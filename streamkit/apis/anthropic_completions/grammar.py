"""The allowed order of a Text Completion: `completion` events, the last with a stop reason; `ping` anywhere.

Source: docs.anthropic.com, "Streaming Text Completions"; anthropic 0.125, `_streaming.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.apis._kit.values import PartTexts, Repeated
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import with_field

GRAMMAR = Grammar(
    name="a Text Completion",
    start="open",
    steps={("open", "completion"): "open", ("open", "stop"): "finished"},
    missteps={("finished", "completion"): "delta-after-finish", ("finished", "stop"): "repeated-finish"},
    ends=frozenset({"open", "finished"}),
)

KINDS = GRAMMAR.kinds | {
    "cumulative-content",
    "empty-id",
    "id-changed",
    "incomplete-end",
    "model-changed",
    "repeated-delta",
    "unknown-event",
    "value-changed",
}
"""Every misstep that these checks can report; each is the name of a rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a Text Completion in the order of its events."""
    walk, same, texts = Walk(GRAMMAR), Repeated(), PartTexts()
    for chunk, event in enumerate(stream.chunks):
        kind = event.get("type")
        if kind != "completion":
            if kind not in ("ping", "error") and "error" not in event:
                message = with_field("unknown event", event, "type")
                yield Misstep("unknown-event", chunk, message, "$.type")
            continue
        stopped = bool(event.get("stop_reason"))
        wrong = walk.step(0, "stop" if stopped else "completion")
        if wrong is not None:
            yield Misstep(wrong, chunk, "an event comes after the stop reason", "$.stop_reason")
        if event.get("id") == "":
            yield Misstep("empty-id", chunk, "id is empty", "$.id")
        yield from same.check(chunk, "$.id", event.get("id"), kind="id-changed")
        yield from same.check(chunk, "$.model", event.get("model"), kind="model-changed")
        yield from same.check(chunk, "$.log_id", event.get("log_id"))
        yield from texts.add(chunk, "$.completion", event.get("completion"))
        if event.get("stop_reason") == "stop_sequence" and "stop" in event and not event["stop"]:
            message = "stop_reason is stop_sequence, but stop does not say which"
            yield Misstep("incomplete-end", chunk, message, "$.stop")
