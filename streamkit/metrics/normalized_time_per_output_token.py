"""Normalized time per output token: the whole duration divided by the number of tokens.

Formula: operation duration / N, where N is the number of output tokens in the stream. It is inference-perf's NTPOT.
Missing if either number is missing, for the same reason.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "NTPOT", aliases=("ntpot",), shown="requested", order=24)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds per token."""
    end, tokens = timeline.stream.exchange.end, timeline.streamed_tokens
    total = timeline.since_request(end.at if end else None, "no-end-time")
    if total.missing:
        return total
    if not tokens or tokens < 1:
        return Samples(missing=timeline.tokens.missing or "no-token")
    return Samples((total.values[0] / tokens,))
