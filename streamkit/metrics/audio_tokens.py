"""Audio tokens: the part of the output tokens that was audio, as `usage` reports it.

Formula: the provider's own number; nothing else knows it. Missing without usage (`no-usage`) and where usage does not tell
(`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens", "Audio", shown="present", order=34)
def measured(timeline: Timeline) -> Samples:
    """One sample, in tokens."""
    usage = timeline.stream.usage
    if usage is None:
        return Samples(missing="no-usage")
    return Samples(missing="not-reported") if usage.audio is None else Samples((usage.audio,), source="usage")
