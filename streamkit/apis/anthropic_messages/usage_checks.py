"""Check the token counts of a message, which are reported when it starts and again when it ends.

Source: Anthropic's documentation of streaming: the counts of `message_delta` are cumulative; of prompt caching:
`cache_creation_input_tokens` is the sum of its two lifetimes. Server tools add to the prompt while the message is
generated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._openai.usage_parts import KINDS as PART_KINDS
from streamkit.apis._openai.usage_parts import check_parts
from streamkit.model.grammar import Misstep

KINDS = PART_KINDS | {"prompt-count-changed", "usage-decreasing"}
"""Every misstep that these checks can report; each is the name of a rule."""

_OF_PROMPT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_LIFETIMES = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")


class UsageChecks:
    """The usage reports of one message."""

    def __init__(self) -> None:
        self._first: dict[str, Any] = {}
        self._last: dict[str, Any] = {}

    def report(self, chunk: int, usage: object, path: str, *, prompt_grows: bool) -> Iterator[Misstep]:
        """Check one report. `prompt_grows` says that the prompt may have grown since the first one, because tools were
        used."""
        if not isinstance(usage, dict):
            return
        yield from check_parts(usage, "output_tokens", "output_tokens_details", chunk, path)
        created, lifetimes = usage.get("cache_creation_input_tokens"), usage.get("cache_creation")
        if type(created) is int and isinstance(lifetimes, dict):
            created_by_lifetime = [lifetimes[name] for name in _LIFETIMES if type(lifetimes.get(name)) is int]
            if len(created_by_lifetime) == len(_LIFETIMES) and sum(created_by_lifetime) != created:
                summed = f"{' + '.join(map(str, created_by_lifetime))} is {sum(created_by_lifetime)}"
                message = f"{summed}, but cache_creation_input_tokens is {created}"
                yield Misstep("usage-parts", chunk, message, f"{path}.cache_creation")
        for name in _OF_PROMPT:
            before, now = self._first.get(name), usage.get(name)
            if type(before) is int and type(now) is int and now != before > 0 <= now and not prompt_grows:
                message = f"{name} is {now}, but was {before} when the message started"
                yield Misstep("prompt-count-changed", chunk, message, f"{path}.{name}")
        before, now = self._last.get("output_tokens"), usage.get("output_tokens")
        if type(before) is int and type(now) is int and 0 <= now < before:
            message = f"output_tokens is {now}, but was {before} before"
            yield Misstep("usage-decreasing", chunk, message, f"{path}.output_tokens")
        self._first = self._first or usage
        self._last = usage
