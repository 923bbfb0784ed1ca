"""Audio tokens: the part of the output tokens that was audio, as reported by `usage`.

Formula: the provider's own number; it cannot be derived from anything else. Missing without usage (`no-usage`) and if
the usage does not contain it (`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens", "Audio", shown="present", order=34)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in tokens."""
    usage = timeline.stream.usage
    if usage is None:
        return Samples(missing="no-usage")
    return Samples(missing="not-reported") if usage.audio is None else Samples((usage.audio,), source="usage")
