"""Check the token counts of a chat stream: how often they are reported, where, and whether they add up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._openai.usage_parts import KINDS as PART_KINDS
from streamkit.apis._openai.usage_parts import check_parts
from streamkit.model.grammar import Misstep

_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


KINDS = PART_KINDS | frozenset(
    {
        "usage-decreasing",
        "usage-missing",
        "usage-not-last",
        "usage-on-content",
        "usage-repeated",
        "usage-total-mismatch",
        "usage-zero",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""


class UsageChecks:
    """The usage reports of one stream."""

    def __init__(self) -> None:
        self._first: int | None = None
        self._last: dict[str, Any] = {}
        self._reported_late = False
        self._zero: int | None = None

    def chunk(self, index: int, chunk: dict[str, Any], *, has_content: bool) -> Iterator[Misstep]:
        """Take one chunk. `has_content` says whether it adds text."""
        usage = chunk.get("usage")
        if not isinstance(usage, dict):
            if self._first is not None and not self._reported_late and "error" not in chunk:
                self._reported_late = True
                yield Misstep("usage-not-last", index, "a chunk without usage follows the chunk that carries it", "$")
            return
        if self._first is None:
            self._first = index
        else:
            yield Misstep("usage-repeated", index, "usage is reported again", "$.usage")
        if has_content:
            yield Misstep("usage-on-content", index, "usage and content are in the same chunk", "$.usage")
        yield from self._sums(index, usage)
        self._last = usage

    def _sums(self, index: int, usage: dict[str, Any]) -> Iterator[Misstep]:
        prompt, completion, total = (usage.get(name) for name in _COUNTS)
        if type(prompt) is int and type(completion) is int and type(total) is int and prompt + completion != total:
            message = f"{prompt} + {completion} is {prompt + completion}, but total_tokens is {total}"
            yield Misstep("usage-total-mismatch", index, message, "$.usage.total_tokens")
        yield from check_parts(usage, "prompt_tokens", "prompt_tokens_details", index, "$.usage")
        if not excludes_reasoning(usage):
            yield from check_parts(usage, "completion_tokens", "completion_tokens_details", index, "$.usage")
        for name in _COUNTS:
            before, now = self._last.get(name), usage.get(name)
            if type(before) is int and type(now) is int and now < before:
                yield Misstep("usage-decreasing", index, f"{name} is {now}, but was {before} before", f"$.usage.{name}")
        if prompt == completion == 0 and self._zero is None:
            self._zero = index

    @property
    def begun(self) -> bool:
        """Whether a chunk with usage has been seen."""
        return self._first is not None

    def end(self, any_content: bool) -> Iterator[Misstep]:
        """Yield the missteps that show only after the last chunk. `any_content` says whether any chunk added text."""
        if self._first is None:
            yield Misstep("usage-missing", None, "no chunk carries usage")
        elif self._zero is not None and self._last.get("completion_tokens") == 0 and any_content:
            yield Misstep("usage-zero", self._zero, "all counts are 0, although there was content", "$.usage")


def excludes_reasoning(usage: dict[str, Any]) -> bool:
    """Return whether `completion_tokens` may exclude reasoning, as at xAI: prompt and completion are less than the
    total, or a count is missing."""
    prompt, completion, total = (usage.get(name) for name in _COUNTS)
    if type(prompt) is not int or type(completion) is not int or type(total) is not int:
        return True
    return prompt + completion < total
