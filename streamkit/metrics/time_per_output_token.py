"""Time per output token: the mean time a token after the first, to the end of the body.

Formula: (operation duration − time to first token) / (N − 1), N the output tokens that the stream carries. This is
OpenTelemetry's `gen_ai.server.time_per_output_token`. Unlike the inter-token latency it also counts what comes after the
last token. Missing for the reasons of the three numbers that it is made of, with fewer than two tokens (`one-token`), and with
several choices, whose tokens usage counts together (`several-choices`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "TPOT", aliases=("tpot", "gen_ai.server.time_per_output_token"), shown="asked", order=23)
def measured(timeline: Timeline) -> Samples:
    """One sample, in nanoseconds a token."""
    end, tokens = timeline.stream.exchange.end, timeline.streamed_tokens
    total = timeline.since_request(end.at if end else None, "no-end-time")
    if total.missing:
        return total
    if not timeline.content_times:
        return Samples(missing="no-token")
    if tokens is None or tokens < 2:
        return Samples(missing=timeline.tokens.missing or "one-token")
    if timeline.choices:
        return Samples(missing="several-choices")
    rest = total.values[0] - timeline.content_times[0] + (timeline.stream.exchange.began_at or 0)
    return Samples((rest / (tokens - 1),)) if rest >= 0 else Samples(missing="clock-went-back")
