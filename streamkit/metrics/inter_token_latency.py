"""Inter-token latency: the mean time from one token to the next, first chunk to last.

Formula: (at(last content chunk) − at(first content chunk)) / (N − 1), N the output tokens that the stream carries: reasoning
that usage counts and no chunk shows is left out. AIPerf and vLLM from 0.33 on count so. Missing without measured times
(`no-times`), where tokens are not known (the reason of `output_tokens`), with fewer than two (`one-token`), with several choices, whose tokens usage counts together (`several-choices`), and where
all chunks came in one read (`one-read`), which tells nothing of the time between tokens.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "ITL", aliases=("itl",), shown="always", order=22)
def measured(timeline: Timeline) -> Samples:
    """One sample, in nanoseconds a token."""
    times, tokens = timeline.content_times, timeline.streamed_tokens
    if len(times) < 2:
        return Samples(missing=timeline.gaps_missing or "one-token")
    if tokens is None or tokens < 2:
        return Samples(missing=timeline.tokens.missing or "one-token")
    if timeline.choices:
        return Samples(missing="several-choices")
    if why := timeline.too_coarse(times):
        return Samples(missing=why)
    return Samples(((times[-1] - times[0]) / (tokens - 1),))
