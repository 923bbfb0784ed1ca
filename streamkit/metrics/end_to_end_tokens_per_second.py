"""End-to-end tokens per second: all tokens over the whole duration, including the wait for the first.

Formula: N / operation duration, with N as in `output_tokens`. Missing if either number is missing, for the same
reason.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens/s", "E2E tok/s", aliases=("e2e_tps",), shown="requested", order=41)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in tokens per second."""
    end, tokens = timeline.stream.exchange.end, timeline.tokens
    total = timeline.since_request(end.at if end else None, "no-end-time")
    if total.missing or tokens.count is None:
        return Samples(missing=total.missing or tokens.missing)
    if not total.values[0]:
        return Samples(missing="no-times")
    return Samples((tokens.count.value * 1e9 / total.values[0],))
