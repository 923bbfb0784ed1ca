"""Server queue time: how long the request waited in the server's queue, by its own account.

Formula: the server's own number, from the last chunks of the stream: Groq, Cerebras (`queue_time`). Beside our
time it tells what the network and the proxies between took. Missing where the server does not say (`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Srv queue", shown="present", order=60)
def measured(timeline: Timeline) -> Samples:
    """One sample, in nanoseconds."""
    message = timeline.server.get("server_queue_time")
    return Samples(missing="not-reported") if message is None else Samples((message,), source="server")
