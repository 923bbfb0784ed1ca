"""Token counts as OpenAI's APIs report them, in the common words."""

from __future__ import annotations

from typing import Any

from streamkit.model.message import Usage


def usage_of(raw: Any) -> Usage | None:
    """A `usage` object as Usage; None where it is no object. Counts that are no integers are not reported."""
    if not isinstance(raw, dict):
        return None
    output_details = raw.get("completion_tokens_details") or raw.get("output_tokens_details") or {}
    input_details = raw.get("prompt_tokens_details") or raw.get("input_tokens_details") or {}
    return Usage(
        input=_count(raw, "prompt_tokens", "input_tokens"),
        output=_count(raw, "completion_tokens", "output_tokens"),
        total=_count(raw, "total_tokens"),
        reasoning=_count(output_details, "reasoning_tokens"),
        cached=_count(input_details, "cached_tokens"),
        audio=_count(output_details, "audio_tokens"),
        raw=raw,
    )


def _count(holder: Any, *names: str) -> int | None:
    for name in names:
        value = holder.get(name) if isinstance(holder, dict) else None
        if type(value) is int:
            return value
    return None
