"""Inter-token latency: the mean time between tokens, from the first chunk to the last.

Formula: (at(last content chunk) − at(first content chunk)) / (N − 1), where N is the number of output tokens in the
stream: reasoning that usage counts but no chunk shows is excluded. AIPerf, and vLLM since 0.33, compute it in the
same way. Missing without measured times (`no-times`), if the number of tokens is unknown (for the reason of
`output_tokens`), with fewer than two (`one-token`), with several choices, whose tokens are counted together
(`several-choices`), and if all chunks arrived in one read (`one-read`), which says nothing about the time between
tokens.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "ITL", aliases=("itl",), shown="always", order=22)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds per token."""
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
