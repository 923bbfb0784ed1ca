"""Peak concurrency: the maximum number of concurrent streams.

Formula: the maximum over time of the number of streams whose request was sent and whose body had not ended; a stream
that ends exactly when another begins does not overlap with it. Missing if it is unknown when the streams were
recorded or when they ended (`no-wall-clock`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from streamkit.metrics import StreamSpan, run_metric
from streamkit.model.measurement import Samples


@run_metric("1", "Peak", aliases=("peak",), shown="always", order=74)
def measured(spans: Sequence[StreamSpan]) -> Samples:
    """Return one value, in streams."""
    if not spans:
        return Samples(missing="no-wall-clock")
    steps = [(span.start, 1) for span in spans] + [(span.end, -1) for span in spans]
    return Samples((max(accumulate(change for _, change in sorted(steps))),))
