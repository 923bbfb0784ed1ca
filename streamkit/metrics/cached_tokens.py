"""Cached tokens: the part of the input tokens that came from a cache, as `usage` reports it.

Formula: the provider's own number; nothing else knows it. Missing without usage (`no-usage`) and where usage does not tell
(`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens", "Cached", shown="present", order=33)
def measured(timeline: Timeline) -> Samples:
    """One sample, in tokens."""
    usage = timeline.stream.usage
    if usage is None:
        return Samples(missing="no-usage")
    return Samples(missing="not-reported") if usage.cached is None else Samples((usage.cached,), source="usage")
