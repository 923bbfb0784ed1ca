"""The allowed order of a TGI stream: one token per chunk, with consecutive indices; the last also has the full text and
details.

Source: huggingface.co/docs/text-generation-inference, `StreamResponse`; recorded streams: `index` starts at 1, the full
text is that of the tokens that are not special, and `generated_tokens` counts all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.reading import as_object
from streamkit.apis._kit.values import Counter, PartTexts, second_end_severity
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream

GRAMMAR = Grammar(
    name="a TGI answer",
    start="open",
    steps={("open", "token"): "open", ("open", "whole"): "finished"},
    missteps={("finished", "token"): "delta-after-finish", ("finished", "whole"): "repeated-finish"},
    ends=frozenset({"open", "finished"}),
)

KINDS = GRAMMAR.kinds | {
    "counter-order",
    "cumulative-content",
    "repeated-delta",
    "incomplete-end",
    "missing-start",
    "usage-total-mismatch",
    "whole-differs",
}
"""Every misstep that these checks can report; each is the name of a rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a TGI stream in the order of its chunks."""
    walk, texts, indices, tokens = Walk(GRAMMAR), PartTexts(), Counter(step=1), 0
    for chunk, entry in enumerate(stream.chunks):
        token = as_object(entry.get("token"))
        if "error" in entry and not token:
            continue
        whole = type(entry.get("generated_text")) is str
        wrong = walk.step(0, "whole" if whole else "token")
        if wrong is not None:
            yield Misstep(
                wrong, chunk, "a chunk comes after the one with the full text", "$", second_end_severity(wrong)
            )
        tokens += 1
        index = entry.get("index")
        if type(index) is int:
            if chunk == 0 and index not in (0, 1):
                yield Misstep("missing-start", chunk, f"the first token has the index {index}", "$.index")
            yield from indices.next(chunk, "$.index", index)
        if token.get("special") is not True:
            yield from texts.add(chunk, "$.token.text", token.get("text"))
        if whole:
            yield from texts.check_whole(chunk, "$.generated_text", entry["generated_text"], prompt=True)
            yield from _details(chunk, entry, tokens)
        elif type(entry.get("details")) is dict:
            yield Misstep("incomplete-end", chunk, "the chunk has details but no full text", "$.generated_text")


def _details(chunk: int, entry: dict[str, Any], tokens: int) -> Iterator[Misstep]:
    details = entry.get("details")
    if type(details) is not dict:
        yield Misstep("incomplete-end", chunk, "the last chunk has no details", "$.details")
        return
    counted = details.get("generated_tokens")
    # A server that puts several tokens into a chunk, without an index, counts more tokens than there are chunks.
    several = "index" not in entry and type(counted) is int and counted > tokens
    if type(counted) is int and counted >= 0 and counted != tokens and not several:
        message = f"generated_tokens is {counted}, but the stream has {tokens} tokens"
        yield Misstep("usage-total-mismatch", chunk, message, "$.details.generated_tokens")
