"""Prefill tokens per second: how fast the prompt was read, with everything that waiting for the first token holds.

Formula: input tokens / time to first token. Network and queue are in it, so that it is a lower bound of the server's own
rate. Missing for the reasons of the two numbers that it is made of.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens/s", "Prefill tok/s", aliases=("prefill",), shown="asked", order=42)
def measured(timeline: Timeline) -> Samples:
    """One sample, in tokens a second."""
    content, usage = timeline.content, timeline.stream.usage
    first = timeline.since_request(
        timeline.chunk_times[content[0]] if content else None, "no-times" if content else "no-token"
    )
    if first.missing:
        return first
    if usage is None or usage.input is None:
        return Samples(missing="no-usage" if usage is None else "not-reported")
    return Samples((usage.input * 1e9 / first.values[0],)) if first.values[0] else Samples(missing="no-times")
