"""Goodput: streams that met every limit, per second of the run.

Formula: number of complete streams that meet all of `--slo` / (last end − first request). A truncated stream, or one
for which a metric is missing, does not count. The term is that of DistServe (arXiv 2401.09670). Missing if it is
unknown when the streams were recorded or when they ended (`no-wall-clock`), and without any limit (`no-slo`).
"""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.metrics import StreamSpan, run_metric
from streamkit.model.measurement import Samples


@run_metric("1/s", "Goodput", shown="always", order=75)
def measured(spans: Sequence[StreamSpan]) -> Samples:
    """Return one value, in streams per second."""
    if not spans:
        return Samples(missing="no-wall-clock")
    if all(span.good is None for span in spans):
        return Samples(missing="no-slo")
    wall = max(span.end for span in spans) - min(span.start for span in spans)
    good = sum(bool(span.good) for span in spans)
    return Samples((good * 1e9 / wall,)) if wall > 0 else Samples(missing="no-wall-clock")
