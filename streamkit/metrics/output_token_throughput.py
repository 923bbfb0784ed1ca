"""Output token throughput: tokens of all streams, per second of the run.

Formula: sum of output tokens / (last end − first request). Missing if it is unknown when the streams were recorded or
when they ended (`no-wall-clock`); missing also if the tokens of a complete stream are unknown (`no-usage`), because
the sum would be too small.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.metrics import StreamSpan, run_metric
from streamkit.model.measurement import Samples


@run_metric("tokens/s", "Tok/s, run", aliases=("throughput",), shown="always", order=72)
def measured(spans: Sequence[StreamSpan]) -> Samples:
    """Return one value, in tokens per second."""
    if not spans:
        return Samples(missing="no-wall-clock")
    if any(span.tokens is None and span.verdict == "complete" for span in spans):
        return Samples(missing="no-usage")
    wall = max(span.end for span in spans) - min(span.start for span in spans)
    tokens = sum(span.tokens or 0 for span in spans)
    return Samples((tokens * 1e9 / wall,)) if wall > 0 else Samples(missing="no-wall-clock")
