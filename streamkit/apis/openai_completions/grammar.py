"""The allowed order of a legacy Completions stream: text, and one finish reason per choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from streamkit.apis._kit.reading import as_index
from streamkit.apis._kit.values import PartTexts
from streamkit.apis._openai.repeated_fields import KINDS as FIELD_KINDS
from streamkit.apis._openai.repeated_fields import RepeatedFields
from streamkit.apis._openai.usage_checks import KINDS as USAGE_KINDS
from streamkit.apis._openai.usage_checks import UsageChecks
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.message import TEXT
from streamkit.model.stream import Stream

GRAMMAR = Grammar(
    name="a choice of a Completions stream",
    start="open",
    steps={("open", "text"): "open", ("open", "finish"): "finished"},
    missteps={("finished", "text"): "delta-after-finish", ("finished", "finish"): "repeated-finish"},
    ends=frozenset({"finished"}),
    unfinished={"open": "missing-finish"},
)


_CHAT_ONLY = frozenset({"usage-missing", "usage-not-last", "usage-on-content"})
"""Where usage belongs in a legacy stream has not been measured, so only its counts are checked."""

KINDS = GRAMMAR.kinds | FIELD_KINDS | USAGE_KINDS - _CHAT_ONLY | {"cumulative-content", "repeated-delta"}
"""Every misstep that these checks can report; each is the name of a rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a Completions stream in the order of its chunks, then those at its end."""
    walk, same, usage, texts = Walk(GRAMMAR), RepeatedFields(), UsageChecks(), PartTexts()
    finishes: dict[object, str] = {}
    for index, (chunk, flag) in enumerate(zip(stream.chunks, stream.flags, strict=True)):
        yield from same.chunk(index, chunk)
        choices = chunk.get("choices")
        for position, choice in enumerate(choices if isinstance(choices, list) else ()):
            if isinstance(choice, dict):
                yield from _choice(walk, finishes, index, position, choice)
                number = as_index(choice.get("index"), position)
                yield from texts.add(index, f"$.choices[{position}].text", choice.get("text"), key=number)
        yield from _counts_only(usage.chunk(index, chunk, has_content=bool(flag & TEXT)))
    if stream.verdict != "error":
        for key, wrong in walk.unfinished():
            yield Misstep(wrong, None, f"no chunk carries a finish_reason for choice {key}")
    yield from _counts_only(usage.end(any(flag & TEXT for flag in stream.flags)))


def _counts_only(reported: Iterable[Misstep]) -> Iterator[Misstep]:
    return (step for step in reported if step.kind not in _CHAT_ONLY)


def _choice(
    walk: Walk, finishes: dict[object, str], index: int, position: int, choice: dict[str, Any]
) -> Iterator[Misstep]:
    number = choice.get("index")
    key = number if type(number) is int else position
    path = f"$.choices[{position}]"
    walk.states.setdefault(key, GRAMMAR.start)
    if choice.get("text"):
        wrong = walk.step(key, "text")
        if wrong:
            yield Misstep(wrong, index, f"text after the finish of choice {key}", f"{path}.text")
    finish = choice.get("finish_reason")
    if isinstance(finish, str) and finish not in ("", "null"):
        wrong = walk.step(key, "finish")
        before = finishes.setdefault(key, finish)
        # OpenAI's gpt-3.5-turbo-instruct sends `length` twice, the second time with an empty text.
        if wrong and (finish != before or finish != "length" or choice.get("text")):
            message = f'choice {key} finishes again: "{finish}", but was "{before}" before'
            yield Misstep(wrong, index, message, f"{path}.finish_reason")
