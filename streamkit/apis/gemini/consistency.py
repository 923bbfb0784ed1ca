"""Check the repeated fields and the token counts of a Gemini stream.

Source: google-genai 3.4, `types.py`, `GenerateContentResponseUsageMetadata`: the total is the sum of prompt,
candidates, thoughts and tool-use prompts; 20 recorded streams, in which every event has the same `responseId` and
`modelVersion`, content has a role, and the counts of candidates and thoughts never decrease. The prompt's does if a
tool was used.
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
"""Every misstep that these checks can report; each is the name of a rule."""

_REPEATED = (("responseId", "id-changed"), ("modelVersion", "model-changed"))
_SUMMANDS = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "toolUsePromptTokenCount")
_REQUIRED = ("promptTokenCount", "totalTokenCount")
_GROWING = ("candidatesTokenCount", "thoughtsTokenCount")
_DETAILS = (
    ("promptTokensDetails", "promptTokenCount"),
    ("candidatesTokensDetails", "candidatesTokenCount"),
    ("cacheTokensDetails", "cachedContentTokenCount"),
)


class GeminiConsistency:
    """Checks of the events of one stream."""

    def __init__(self) -> None:
        self._first: dict[str, Any] = {}
        self._before: dict[str, Any] = {}
        self._counts: dict[str, int] = {}

    def event(self, chunk: int, response: dict[str, Any]) -> Iterator[Misstep]:
        """Check one event."""
        for key, kind in _REPEATED:
            value = response.get(key)
            if isinstance(value, str) and value != self._first.setdefault(key, value):
                message = f"{key} is {describe(value)}, but was {describe(self._first[key])} before"
                yield Misstep(kind, chunk, message, f"$.{key}")
        usage = response.get("usageMetadata")
        counts = {key: value for key, value in usage.items() if type(value) is int} if isinstance(usage, dict) else {}
        if counts and response == self._before and response.get("candidates"):
            yield Misstep("repeated-delta", chunk, "the event repeats the previous event", "$.candidates")
        self._before = response
        if isinstance(usage, dict) and counts:
            yield from self._check_usage(chunk, usage, counts)

    def _check_usage(self, chunk: int, usage: dict[str, Any], counts: dict[str, int]) -> Iterator[Misstep]:
        path = "$.usageMetadata"
        for name in _REQUIRED:
            if name not in usage:
                yield Misstep("incomplete-usage", chunk, f"usageMetadata has counts but no {name}", path)
        summands = [counts[name] for name in _SUMMANDS if counts.get(name)]
        total = counts.get("totalTokenCount")
        complete = "promptTokenCount" in counts and "candidatesTokenCount" in counts and min(counts.values()) >= 0
        if total is not None and complete and sum(summands) != total:
            message = f"{' + '.join(map(str, summands))} is {sum(summands)}, but totalTokenCount is {total}"
            yield Misstep("usage-total-mismatch", chunk, message, f"{path}.totalTokenCount")
        for name in _GROWING:
            before, now = self._counts.get(name), counts.get(name)
            if before is not None and now is not None and 0 <= now < before:
                message = f"{name} is {now}, but was {before} before"
                yield Misstep("usage-decreasing", chunk, message, f"{path}.{name}")
        self._counts |= counts
        for details, whole in _DETAILS:
            entries = usage.get(details)
            for place, entry in enumerate(entries if isinstance(entries, list) else ()):
                part = entry.get("tokenCount") if isinstance(entry, dict) else None
                limit = counts.get(whole)
                if type(part) is int and limit is not None and part > limit >= 0:
                    message = f"tokenCount is {part}, but {whole}, of which it is a part, is {limit}"
                    yield Misstep("usage-parts", chunk, message, f"{path}.{details}[{place}].tokenCount")
