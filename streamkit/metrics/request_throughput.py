"""Request throughput: complete streams per second of the run.

Formula: number of complete streams / (last end − first request). It counts completed requests, not those sent; a
closed-loop load, which waits for responses, slows down with the server, so this is not the server's limit. Missing if
it is unknown when the streams were recorded or when they ended (`no-wall-clock`).
"""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.metrics import StreamSpan, run_metric
from streamkit.model.measurement import Samples


@run_metric("1/s", "Streams/s", aliases=("rps",), shown="always", order=71)
def measured(spans: Sequence[StreamSpan]) -> Samples:
    """Return one value, in streams per second."""
    if not spans:
        return Samples(missing="no-wall-clock")
    wall = max(span.end for span in spans) - min(span.start for span in spans)
    complete = sum(span.verdict == "complete" for span in spans)
    return Samples((complete * 1e9 / wall,)) if wall > 0 else Samples(missing="no-wall-clock")
