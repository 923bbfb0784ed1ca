"""Reasoning tokens: the part of the output tokens that was reasoning, as reported by `usage`.

Formula: the provider's own number; it cannot be derived from anything else. Missing without usage (`no-usage`) and if
the usage does not contain it (`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens", "Reasoning", shown="present", order=32)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in tokens."""
    usage = timeline.stream.usage
    if usage is None:
        return Samples(missing="no-usage")
    return Samples(missing="not-reported") if usage.reasoning is None else Samples((usage.reasoning,), source="usage")
