"""Whether token counts add up: the total is the sum of input and output, and no part is more than the whole.

Source: openai-openapi f85dbe2, `CompletionUsage` and `ResponseUsage`: the details break the counts down.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.model.grammar import Misstep

KINDS = frozenset({"usage-parts"})
"""Every misstep that `parts` can give, each the name of its rule."""


def sums(usage: dict[str, Any], chunk: int, path: str) -> Iterator[Misstep]:
    """The counts of the Responses API, and of whatever else has the same names."""
    asked, answered, total = (usage.get(name) for name in ("input_tokens", "output_tokens", "total_tokens"))
    if type(asked) is int and type(answered) is int and type(total) is int and asked + answered != total:
        message = f"{asked} + {answered} is {asked + answered}, and total_tokens is {total}"
        yield Misstep("usage-total-mismatch", chunk, message, f"{path}.total_tokens")
    for whole in ("input_tokens", "output_tokens"):
        yield from parts(usage, whole, f"{whole}_details", chunk, path)


def parts(usage: dict[str, Any], whole: str, details: str, chunk: int, path: str) -> Iterator[Misstep]:
    """Each part of a count that is more than the count itself."""
    limit, given = usage.get(whole), usage.get(details)
    if type(limit) is not int or not isinstance(given, dict):
        return
    for name, value in given.items():
        if type(value) is int and value > limit >= 0:
            message = f"{name} is {value}, a part of {whole}, which is {limit}"
            yield Misstep("usage-parts", chunk, message, f"{path}.{details}.{name}")
