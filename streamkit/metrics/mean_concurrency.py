"""Mean concurrency: the mean number of concurrent streams over the run.

Formula: sum of all durations / (last end − first request). The load generator may have been set to more. Missing if
it is unknown when the streams were recorded or when they ended (`no-wall-clock`).
"""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.metrics import StreamSpan, run_metric
from streamkit.model.measurement import Samples


@run_metric("1", "Concurrency", aliases=("concurrency",), shown="always", order=73)
def measured(spans: Sequence[StreamSpan]) -> Samples:
    """Return one value, in streams."""
    if not spans:
        return Samples(missing="no-wall-clock")
    wall = max(span.end for span in spans) - min(span.start for span in spans)
    busy = sum(span.end - span.start for span in spans)
    return Samples((busy / wall,)) if wall > 0 else Samples(missing="no-wall-clock")
