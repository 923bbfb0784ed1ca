"""Events: what the framing dispatched.

Formula: the number of SSE events (or NDJSON lines, AWS messages, array elements) in the body, terminal markers such as
`[DONE]` included, comments not. Never missing: an empty body has 0.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Events", shown="always", order=1)
def measured(timeline: Timeline) -> Samples:
    """One sample: how many events."""
    return Samples((len(timeline.stream.events),))
