"""The allowed order of a Workers AI stream: text, then a chunk with the usage, then `[DONE]`.

Source: developers.cloudflare.com/workers-ai, "Text generation", "Streaming". Some models report running totals in every
chunk.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.apis._kit.reading import objects_in
from streamkit.apis._kit.values import Calls, PartTexts, check_not_decreasing, check_total
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream

GRAMMAR = Grammar(
    name="a Workers AI answer",
    start="open",
    steps={("open", "text"): "open", ("open", "usage"): "counted", ("counted", "usage"): "counted"},
    missteps={("counted", "text"): "usage-not-last", ("counted", "nothing"): "usage-not-last"},
    ends=frozenset({"open", "counted"}),
)

KINDS = GRAMMAR.kinds | {
    "cumulative-content",
    "repeated-delta",
    "empty-id",
    "shared-tool-id",
    "unknown-event",
    "usage-decreasing",
    "usage-repeated",
    "usage-total-mismatch",
}
"""Every misstep that these checks can report; each is the name of a rule."""

_FIELDS = frozenset({"response", "tool_calls", "usage", "p", "error", "errors"})


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a Workers AI stream in the order of its chunks."""
    walk, texts, calls = Walk(GRAMMAR), PartTexts(), Calls()
    counted: dict[str, int] = {}
    reports = 0
    for chunk, entry in enumerate(stream.chunks):
        if not _FIELDS & entry.keys():
            yield Misstep("unknown-event", chunk, "a chunk with none of this API's fields", "$")
            continue
        yield from texts.add(chunk, "$.response", entry.get("response"))
        if chunk and entry.get("tool_calls") and entry == stream.chunks[chunk - 1]:
            yield Misstep("repeated-delta", chunk, "the tool calls repeat those of the previous chunk", "$.tool_calls")
        for index, call in enumerate(objects_in(entry.get("tool_calls"))):
            yield from calls.open(chunk, f"$.tool_calls[{index}].id", (chunk, index), call.get("id"))
        usage = entry.get("usage")
        empty = not entry.get("response") and not entry.get("tool_calls")
        symbol = "usage" if type(usage) is dict else "nothing" if empty else "text"
        if walk.step(0, symbol) is not None:
            yield Misstep(
                "usage-not-last", chunk, "a chunk without usage comes after the usage", "$.response", "warning"
            )
        if type(usage) is dict:
            reports += empty
            if empty and reports > 1 and counted:
                yield Misstep(
                    "usage-repeated", chunk, "the usage is reported a second time, without any text", "$.usage"
                )
            yield from check_total(chunk, "$.usage", usage, "total_tokens", ("prompt_tokens", "completion_tokens"))
            yield from check_not_decreasing(chunk, "$.usage", usage, counted)
