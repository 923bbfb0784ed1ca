"""Token counts as OpenAI's APIs report them, in the common words."""

from __future__ import annotations

from typing import Any

from streamkit.apis._kit.reading import first_count
from streamkit.model.message import Usage


def parse_usage(raw: Any) -> Usage | None:
    """A `usage` object as Usage; None where it is no object. Counts that are no integers are not reported.

    `completion_tokens` leaves reasoning out at xAI's chat API, which the report's own total tells: where prompt, completion
    and reasoning make the total, reasoning is added to the output, which counts it too.
    """
    if not isinstance(raw, dict):
        return None
    output_details = raw.get("completion_tokens_details") or raw.get("output_tokens_details")
    input_details = raw.get("prompt_tokens_details") or raw.get("input_tokens_details")
    reasoning = first_count(output_details, "reasoning_tokens")
    cached = first_count(input_details, "cached_tokens")
    if reasoning is None:
        # Moonshot and others tell the same beside the counts instead of in their details.
        reasoning = first_count(raw, "reasoning_tokens")
    asked, answered = (
        first_count(raw, "prompt_tokens", "input_tokens"),
        first_count(raw, "completion_tokens", "output_tokens"),
    )
    total = first_count(raw, "total_tokens")
    if reasoning and None not in (asked, answered) and total == (asked or 0) + (answered or 0) + reasoning:
        answered = (answered or 0) + reasoning
    return Usage(
        input=asked,
        output=answered,
        total=total,
        reasoning=reasoning,
        cached=first_count(raw, "cached_tokens", "prompt_cache_hit_tokens") if cached is None else cached,
        audio=first_count(output_details, "audio_tokens"),
        raw=raw,
    )
