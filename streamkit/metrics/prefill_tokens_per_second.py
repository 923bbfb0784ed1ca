"""Prefill tokens per second: the rate at which the prompt was processed, including all of the wait for the first token.

Formula: input tokens / time to first token. It includes network and queue, so it is a lower bound of the server's own
rate. Missing if either number is missing, for the same reason.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens/s", "Prefill tok/s", aliases=("prefill",), shown="requested", order=42)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in tokens per second."""
    content, usage = timeline.content, timeline.stream.usage
    first = timeline.since_turn(
        timeline.chunk_times[content[0]] if content else None, "no-times" if content else "no-token"
    )
    if first.missing:
        return first
    if usage is None or usage.input is None:
        return Samples(missing="no-usage" if usage is None else "not-reported")
    return Samples((usage.input * 1e9 / first.values[0],)) if first.values[0] else Samples(missing="no-times")
