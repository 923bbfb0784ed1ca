"""Time per output chunk: the time between a chunk and the next one, whatever their content.

Formula: at(chunk i+1) − at(chunk i), one sample per pair. This is OpenTelemetry's
`gen_ai.client.operation.time_per_output_chunk`: role, finish and usage chunks count as well. Missing without measured
times (`no-times`) and with fewer than two chunks (`no-chunk`, `one-chunk`).
"""

from __future__ import annotations

from operator import sub

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric(
    "ns",
    "TPOC",
    many=True,
    aliases=("tpoc", "gen_ai.client.operation.time_per_output_chunk"),
    shown="requested",
    order=21,
)
def measured(timeline: Timeline) -> Samples:
    """Return a sample per pair of chunks, in nanoseconds."""
    if not timeline.stream.exchange.frames_timed:
        return Samples(missing="no-times")
    times = timeline.times_of(range(len(timeline.chunk_times)))
    gaps = list(map(sub, times[1:], times))
    if min(gaps, default=0) < 0:
        gaps = [gap for gap in gaps if gap >= 0]
    if gaps and timeline.coarse and sum(gaps) < timeline.resolution * len(gaps):
        return Samples(missing="coarse-clock")
    if gaps:
        return Samples(gaps)
    return Samples(missing=("no-chunk", "one-chunk", "clock-went-back")[min(len(times), 2)])
