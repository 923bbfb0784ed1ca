"""Peak concurrency: the maximum number of concurrent streams.

Formula: the maximum over time of the number of streams whose request was sent and whose body had not ended; a stream
that ends exactly when another begins does not overlap with it. Missing if it is unknown when the streams were
recorded or when they ended (`no-wall-clock`).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from streamkit.metrics import StreamSpan, run_metric
from streamkit.model.measurement import Samples


@run_metric("1", "Peak", aliases=("peak",), shown="always", order=74)
def measured(spans: Sequence[StreamSpan]) -> Samples:
    """Return one value, in streams."""
    if not spans:
        return Samples(missing="no-wall-clock")
    # In arrays, because a run may have millions of streams.
    starts, ends = array("q", sorted(span.start for span in spans)), array("q", sorted(span.end for span in spans))
    peak = ended = 0
    for begun, start in enumerate(starts, 1):
        while ended < len(ends) and ends[ended] <= start:
            ended += 1
        peak = max(peak, begun - ended)
    return Samples((peak,))
