"""Server total time: the total time of the request, as reported by the server.

Formula: the server's own number, from the last chunks of the stream: Ollama (`total_duration`), Groq and Cerebras
(`total_time`). Compared with our own measurement, it shows the time spent in the network and in proxies. Missing if
the server does not report it (`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Srv total", shown="present", order=64)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    message = timeline.server.get("server_total_time")
    return Samples(missing="not-reported") if message is None else Samples((message,), source="server")
