"""Whether the parts of a token count are no more than the whole.

Source: openai-openapi f85dbe2, `CompletionUsage` and `ResponseUsage`: the details break the counts down.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.model.grammar import Misstep

KINDS = frozenset({"usage-parts"})
"""Every misstep that `parts` can give, each the name of its rule."""


def parts(usage: dict[str, Any], whole: str, details: str, chunk: int, path: str) -> Iterator[Misstep]:
    """Each part of a count that is more than the count itself."""
    limit, given = usage.get(whole), usage.get(details)
    if type(limit) is not int or not isinstance(given, dict):
        return
    for name, value in given.items():
        if type(value) is int and value > limit >= 0:
            message = f"{name} is {value}, a part of {whole}, which is {limit}"
            yield Misstep("usage-parts", chunk, message, f"{path}.{details}.{name}")
