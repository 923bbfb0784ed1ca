"""Server queue time: how long the request waited in the server's queue, as reported by the server.

Formula: the server's own number, from the last chunks of the stream: Groq, Cerebras (`queue_time`). Compared with our
own measurement, it shows the time spent in the network and in proxies. Missing if the server does not report it
(`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Srv queue", shown="present", order=60)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    message = timeline.server.get("server_queue_time")
    return Samples(missing="not-reported") if message is None else Samples((message,), source="server")
