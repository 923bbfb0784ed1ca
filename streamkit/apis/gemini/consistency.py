"""What the events of one Gemini stream repeat, and what they count.

Source: google-genai 3.4, `types.py`, `GenerateContentResponseUsageMetadata`: the total is that of prompt, candidates,
thoughts and prompts of tools; 20 recorded streams, in which every event has the same `responseId` and `modelVersion`, parts
have a role, and counts of candidates and thoughts never fall. That of the prompt does, where a tool was used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.misfits import describe
from streamkit.model.grammar import Misstep

KINDS = frozenset(
    {
        "id-changed",
        "incomplete-usage",
        "model-changed",
        "repeated-delta",
        "usage-decreasing",
        "usage-parts",
        "usage-total-mismatch",
    }
)
"""Every misstep that these checks can give, each the name of its rule."""

_REPEATED = (("responseId", "id-changed"), ("modelVersion", "model-changed"))
_ADDED = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "toolUsePromptTokenCount")
_ALWAYS = ("promptTokenCount", "totalTokenCount")
_GROWING = ("candidatesTokenCount", "thoughtsTokenCount")
_DETAILS = (
    ("promptTokensDetails", "promptTokenCount"),
    ("candidatesTokensDetails", "candidatesTokenCount"),
    ("cacheTokensDetails", "cachedContentTokenCount"),
)


class GeminiConsistency:
    """The events of one stream."""

    def __init__(self) -> None:
        self._first: dict[str, Any] = {}
        self._before: dict[str, Any] = {}
        self._counts: dict[str, int] = {}

    def event(self, chunk: int, response: dict[str, Any]) -> Iterator[Misstep]:
        """Take one event."""
        for key, kind in _REPEATED:
            value = response.get(key)
            if isinstance(value, str) and value != self._first.setdefault(key, value):
                message = f"{key} is {describe(value)}, and was {describe(self._first[key])} before"
                yield Misstep(kind, chunk, message, f"$.{key}")
        usage = response.get("usageMetadata")
        counts = {key: value for key, value in usage.items() if type(value) is int} if isinstance(usage, dict) else {}
        if counts and response == self._before and response.get("candidates"):
            yield Misstep("repeated-delta", chunk, "the same event twice in a row", "$.candidates")
        self._before = response
        if isinstance(usage, dict) and counts:
            yield from self._counted(chunk, usage, counts)

    def _counted(self, chunk: int, usage: dict[str, Any], counts: dict[str, int]) -> Iterator[Misstep]:
        path = "$.usageMetadata"
        for name in _ALWAYS:
            if name not in usage:
                yield Misstep("incomplete-usage", chunk, f"counts without {name}", path)
        added = [counts[name] for name in _ADDED if counts.get(name)]
        total = counts.get("totalTokenCount")
        told = "promptTokenCount" in counts and "candidatesTokenCount" in counts and min(counts.values()) >= 0
        if total is not None and told and sum(added) != total:
            message = f"{' + '.join(map(str, added))} is {sum(added)}, and totalTokenCount is {total}"
            yield Misstep("usage-total-mismatch", chunk, message, f"{path}.totalTokenCount")
        for name in _GROWING:
            before, now = self._counts.get(name), counts.get(name)
            if before is not None and now is not None and 0 <= now < before:
                message = f"{name} is {now}, and was {before} before"
                yield Misstep("usage-decreasing", chunk, message, f"{path}.{name}")
        self._counts |= counts
        for details, whole in _DETAILS:
            entries = usage.get(details)
            for place, entry in enumerate(entries if isinstance(entries, list) else ()):
                part = entry.get("tokenCount") if isinstance(entry, dict) else None
                limit = counts.get(whole)
                if type(part) is int and limit is not None and part > limit >= 0:
                    message = f"tokenCount is {part}, a part of {whole}, which is {limit}"
                    yield Misstep("usage-parts", chunk, message, f"{path}.{details}[{place}].tokenCount")
