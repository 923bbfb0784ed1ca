"""Time per output token: the mean time per token after the first, up to the end of the body.

Formula: (operation duration − time to first token) / (N − 1), where N is the number of output tokens in the stream.
This is OpenTelemetry's `gen_ai.server.time_per_output_token`. Unlike the inter-token latency, it includes the time
after the last token. Missing if one of the three numbers is missing, for the same reason, with fewer than two tokens
(`one-token`), and with several choices, whose tokens are counted together (`several-choices`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "TPOT", aliases=("tpot", "gen_ai.server.time_per_output_token"), shown="requested", order=23)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds per token."""
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
