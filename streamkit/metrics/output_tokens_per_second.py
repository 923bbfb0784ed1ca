"""Output tokens per second: the rate of tokens after the first one.

Formula: (N − 1) / (at(last content chunk) − at(first content chunk)), where N is the number of output tokens in the
stream: the inverse of the inter-token latency. With several choices, it is the rate of the whole stream. It is too
high if the first chunk contains many tokens. Missing for the same reasons as the inter-token latency, and if all
chunks arrived in one read (`one-read`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens/s", "Tok/s", aliases=("tokens_per_second", "tps", "tok/s"), shown="always", order=40)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in tokens per second."""
    times, tokens = timeline.content_times, timeline.streamed_tokens
    if len(times) < 2:
        return Samples(missing=timeline.gaps_missing or "one-token")
    if tokens is None or tokens < 2:
        return Samples(missing=timeline.tokens.missing or "one-token")
    if why := timeline.too_coarse(times):
        return Samples(missing=why)
    return Samples(((tokens - 1) * 1e9 / (times[-1] - times[0]),))
