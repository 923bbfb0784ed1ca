"""Reasoning tokens: the part of the output tokens that was reasoning, as `usage` reports it.

Formula: the provider's own number; nothing else knows it. Missing without usage (`no-usage`) and where usage does not tell
(`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens", "Reasoning", shown="present", order=32)
def measured(timeline: Timeline) -> Samples:
    """One sample, in tokens."""
    usage = timeline.stream.usage
    if usage is None:
        return Samples(missing="no-usage")
    return Samples(missing="not-reported") if usage.reasoning is None else Samples((usage.reasoning,), source="usage")
