"""Normalized time per output token: the whole duration spread over all tokens.

Formula: operation duration / N, N the output tokens that the stream carries. inference-perf calls it NTPOT. Missing for the
reasons of the two numbers that it is made of.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "NTPOT", aliases=("ntpot",), shown="asked", order=24)
def measured(timeline: Timeline) -> Samples:
    """One sample, in nanoseconds a token."""
    end, tokens = timeline.stream.exchange.end, timeline.streamed_tokens
    total = timeline.since_request(end.at if end else None, "no-end-time")
    if total.missing:
        return total
    if not tokens or tokens < 1:
        return Samples(missing=timeline.tokens.missing or "no-token")
    return Samples((total.values[0] / tokens,))
