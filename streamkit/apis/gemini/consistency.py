"""Check the repeated fields and the token counts of a Gemini stream.

Source: google-genai 3.4, `types.py`, `GenerateContentResponseUsageMetadata`: the total is the sum of prompt,
candidates, thoughts and tool-use prompts; 20 recorded streams, in which every event has the same `responseId` and
`modelVersion`, content has a role, and the counts of candidates and thoughts never decrease. The prompt's does if a
tool was used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from streamkit.apis._kit.reading import objects_in
from streamkit.apis._kit.values import Restated
from streamkit.model.grammar import Misstep
from streamkit.model.wording import describe

KINDS = frozenset(
    {
        "cumulative-content",
        "id-changed",
        "incomplete-usage",
        "intermittent-field",
        "missing-signature",
        "model-changed",
        "repeated-delta",
        "usage-decreasing",
        "usage-parts",
        "usage-total-mismatch",
        "value-changed",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""

_REPEATED = (("responseId", "id-changed"), ("modelVersion", "model-changed"), ("createTime", "value-changed"))
_REPEATED_IN_USAGE = ("serviceTier", "trafficType")
_SIGNING_MODELS = "gemini-3"
"""The prefix of the models that sign their calls, and reject a call that is returned without its signature."""
_PROMPT, _OF_TOOLS = "promptTokenCount", "toolUsePromptTokenCount"
_SUMMANDS = (_PROMPT, "candidatesTokenCount", "thoughtsTokenCount", _OF_TOOLS)
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
        self._counted: Collection[str] = frozenset()
        self._keys: Collection[str] = frozenset()
        self._seen: set[str] = set()
        self._without: dict[str, int] = {}
        self._restated = Restated()
        self._call: int | None = None
        self._signed = False

    def event(self, chunk: int, response: dict[str, Any]) -> Iterator[Misstep]:
        """Check one event."""
        for key, kind in _REPEATED:
            value = response.get(key)
            if isinstance(value, str) and value != self._first.setdefault(key, value):
                message = f"{key} is {describe(value)}, but was {describe(self._first[key])} before"
                yield Misstep(kind, chunk, message, f"$.{key}")
        usage = response.get("usageMetadata")
        if response.get("candidates") and response.keys() != self._keys:
            self._keys = response.keys()
            yield from self._check_presence(chunk, response)
        for key in _REPEATED_IN_USAGE:
            value = usage.get(key) if isinstance(usage, dict) else None
            if isinstance(value, str) and value != self._first.setdefault(key, value):
                message = f"{key} is {describe(value)}, but was {describe(self._first[key])} before"
                yield Misstep("value-changed", chunk, message, f"$.usageMetadata.{key}")
        counts = {key: value for key, value in usage.items() if type(value) is int} if isinstance(usage, dict) else {}
        if counts and response == self._before and response.get("candidates"):
            yield Misstep("repeated-delta", chunk, "the event repeats the previous event", "$.candidates")
        self._before = response
        if isinstance(usage, dict) and counts:
            yield from self._check_usage(chunk, usage, counts, last=not response.get("candidates"))

    def _check_usage(
        self, chunk: int, usage: dict[str, Any], counts: dict[str, int], *, last: bool
    ) -> Iterator[Misstep]:
        """Check the counts of one event. The `last` event has no candidates, and may omit their counts."""
        path = "$.usageMetadata"
        if usage.keys() != self._counted and all(name in usage for name in _REQUIRED) and not last:
            for name in sorted({*self._counted} - usage.keys()):
                message = f"{name} is missing, but the previous event has it"
                yield Misstep("intermittent-field", chunk, message, f"{path}.{name}")
            self._counted = usage.keys()
        for name in _REQUIRED:
            if name not in usage:
                yield Misstep("incomplete-usage", chunk, f"usageMetadata has counts but no {name}", path)
        summands = [counts[name] for name in _SUMMANDS if counts.get(name)]
        total = counts.get("totalTokenCount")
        complete = _PROMPT in counts and min(counts.values()) >= 0 and ("candidatesTokenCount" in counts or not last)
        if total is not None and complete and sum(summands) != total:
            message = f"{' + '.join(map(str, summands))} is {sum(summands)}, but totalTokenCount is {total}"
            yield Misstep("usage-total-mismatch", chunk, message, f"{path}.totalTokenCount")
        for name in _GROWING:
            before, now = self._counts.get(name), counts.get(name)
            if before is not None and now is not None and 0 <= now < before:
                message = f"{name} is {now}, but was {before} before"
                yield Misstep("usage-decreasing", chunk, message, f"{path}.{name}")
        self._counts |= counts
        yield from _check_details(chunk, usage, counts, path)

    def _check_presence(self, chunk: int, response: dict[str, Any]) -> Iterator[Misstep]:
        """Yield a misstep for each field that other events have. Token counts may begin late, but not stop."""
        for key in ("responseId", "modelVersion", "createTime", "usageMetadata"):
            message = f"{key} is missing, but other events have it"
            if key in response:
                self._seen.add(key)
                if key in self._without:
                    yield Misstep("intermittent-field", self._without.pop(key), message, f"$.{key}")
            elif key in self._seen:
                yield Misstep("intermittent-field", chunk, message, f"$.{key}")
            elif key != "usageMetadata":
                self._without.setdefault(key, chunk)

    def parts(self, chunk: int, candidate: int, parts: list[Any], path: str) -> Iterator[Misstep]:
        """Take the parts that an event adds to a candidate."""
        for index, part in enumerate(parts):
            if not isinstance(part, dict):
                continue
            key = candidate, part.get("thought") is True
            yield from self._restated.add(chunk, f"{path}[{index}].text", part.get("text"), key=key)
            self._signed = self._signed or bool(part.get("thoughtSignature"))
            if "functionCall" in part and self._call is None:
                self._call = chunk

    def end(self) -> Iterator[Misstep]:
        """Yield the missteps that show only at the end of the stream."""
        model = self._first.get("modelVersion", "")
        if self._call is not None and not self._signed and model.startswith(_SIGNING_MODELS):
            message = f"a functionCall of {describe(model)}, but no part has a thoughtSignature"
            yield Misstep("missing-signature", self._call, message, "$.candidates")


def _check_details(chunk: int, usage: dict[str, Any], counts: dict[str, int], path: str) -> Iterator[Misstep]:
    """Yield a misstep if the count of a modality exceeds the whole; those of the prompt must add up, unless a tool added
    to it."""
    for details, whole in _DETAILS:
        if details not in usage:
            continue
        limit = counts.get(whole)
        parts = [entry.get("tokenCount") for entry in objects_in(usage.get(details))]
        valid = [part for part in parts if type(part) is int and part >= 0]
        for index, part in enumerate(parts):
            if type(part) is int and limit is not None and part > limit >= 0:
                message = f"tokenCount is {part}, but {whole}, which includes it, is {limit}"
                yield Misstep("usage-parts", chunk, message, f"{path}.{details}[{index}].tokenCount")
                return
        if whole == _PROMPT and parts and _OF_TOOLS not in usage and len(valid) == len(parts) and sum(valid) != limit:
            message = f"the counts of {details} add up to {sum(valid)}, but {whole} is {describe(limit)}"
            yield Misstep("usage-parts", chunk, message, f"{path}.{details}")
