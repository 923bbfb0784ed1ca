"""Output tokens per second: how fast tokens come after the first one.

Formula: (N − 1) / (at(last content chunk) − at(first content chunk)), N the output tokens that the stream carries: the
inverse of the inter-token latency. Of several choices it is the rate of the whole stream. A first chunk that bundles many tokens makes it too high. Missing for the reasons of
the inter-token latency, and where all chunks came in one read (`one-read`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens/s", "Tok/s", aliases=("tokens_per_second", "tps", "tok/s"), shown="always", order=40)
def measured(timeline: Timeline) -> Samples:
    """One sample, in tokens a second."""
    times, tokens = timeline.content_times, timeline.streamed_tokens
    if len(times) < 2:
        return Samples(missing=timeline.gaps_missing or "one-token")
    if tokens is None or tokens < 2:
        return Samples(missing=timeline.tokens.missing or "one-token")
    if why := timeline.too_coarse(times):
        return Samples(missing=why)
    return Samples(((tokens - 1) * 1e9 / (times[-1] - times[0]),))
