"""Input tokens: the tokens of the prompt, as `usage` reports them (cached ones included).

Formula: the provider's own number; nothing else knows it. Missing without usage (`no-usage`) and where usage does not tell
(`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens", "Input", shown="always", order=31)
def measured(timeline: Timeline) -> Samples:
    """One sample, in tokens."""
    usage = timeline.stream.usage
    if usage is None:
        return Samples(missing="no-usage")
    return Samples(missing="not-reported") if usage.input is None else Samples((usage.input,), source="usage")
