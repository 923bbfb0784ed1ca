"""Check that no part of a token count exceeds the count itself.

Source: openai-openapi f85dbe2, `CompletionUsage` and `ResponseUsage`: the details break the counts down.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.model.grammar import Misstep

KINDS = frozenset({"usage-parts"})
"""Every misstep that `check_parts` can report; each is the name of a rule."""


def check_parts(usage: dict[str, Any], whole: str, details: str, chunk: int, path: str) -> Iterator[Misstep]:
    """Yield a misstep for each part of the count `whole` that exceeds it; `details` is the field with the parts."""
    limit, given = usage.get(whole), usage.get(details)
    if type(limit) is not int or not isinstance(given, dict):
        return
    for name, value in given.items():
        if type(value) is int and value > limit >= 0:
            message = f"{name} is {value}, but {whole}, which includes it, is {limit}"
            yield Misstep("usage-parts", chunk, message, f"{path}.{details}.{name}")
