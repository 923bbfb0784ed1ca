"""Input tokens: the tokens of the prompt, as reported by `usage`, including cached ones.

Formula: the provider's own number; it cannot be derived from anything else. Missing without usage (`no-usage`) and if
the usage does not contain it (`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens", "Input", shown="always", order=31)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in tokens."""
    usage = timeline.stream.usage
    if usage is None:
        return Samples(missing="no-usage")
    return Samples(missing="not-reported") if usage.input is None else Samples((usage.input,), source="usage")
