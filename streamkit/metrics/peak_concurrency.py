"""Peak concurrency: the most streams that ran at once.

Formula: the maximum over time of the number of streams whose request was sent and whose body had not ended; one that ends
when another begins does not count with it. Missing where the streams do not say when they were recorded, or when they ended (`no-wall-clock`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from streamkit.metrics import Span, run_metric
from streamkit.model.measurement import Samples


@run_metric("1", "Peak", aliases=("peak",), shown="always", order=74)
def measured(spans: Sequence[Span]) -> Samples:
    """One value, in streams."""
    if not spans:
        return Samples(missing="no-wall-clock")
    steps = [(span.start, 1) for span in spans] + [(span.end, -1) for span in spans]
    return Samples((max(accumulate(change for _, change in sorted(steps))),))
