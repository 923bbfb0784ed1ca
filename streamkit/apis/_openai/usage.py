"""Convert token counts as OpenAI's APIs report them to the terms common to all APIs."""

from __future__ import annotations

from typing import Any

from streamkit.apis._kit.reading import first_count
from streamkit.model.message import Usage


def parse_usage(raw: Any) -> Usage | None:
    """Convert a `usage` object to Usage; return None if it is not an object. A count that is not an integer becomes
    None.

    xAI's chat API does not include reasoning in `completion_tokens`. If prompt, completion and reasoning add up to the
    total, reasoning is therefore added to the output, which by definition includes it.
    """
    if not isinstance(raw, dict):
        return None
    output_details = raw.get("completion_tokens_details") or raw.get("output_tokens_details")
    input_details = raw.get("prompt_tokens_details") or raw.get("input_tokens_details")
    reasoning = first_count(output_details, "reasoning_tokens")
    cached = first_count(input_details, "cached_tokens")
    if reasoning is None:
        # Moonshot and others report it next to the counts instead of in their details.
        reasoning = first_count(raw, "reasoning_tokens")
    prompt, completion = (
        first_count(raw, "prompt_tokens", "input_tokens"),
        first_count(raw, "completion_tokens", "output_tokens"),
    )
    total = first_count(raw, "total_tokens")
    if reasoning and None not in (prompt, completion) and total == (prompt or 0) + (completion or 0) + reasoning:
        completion = (completion or 0) + reasoning
    return Usage(
        input=prompt,
        output=completion,
        total=total,
        reasoning=reasoning,
        cached=first_count(raw, "cached_tokens", "prompt_cache_hit_tokens") if cached is None else cached,
        audio=first_count(output_details, "audio_tokens"),
        raw=raw,
    )
