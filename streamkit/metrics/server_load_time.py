"""Server load time: how long the server took to load the model, as reported by the server.

Formula: the server's own number, from the last chunks of the stream: Ollama (`load_duration`). Compared with our own
measurement, it shows the time spent in the network and in proxies. Missing if the server does not report it
(`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Srv load", shown="present", order=61)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    message = timeline.server.get("server_load_time")
    return Samples(missing="not-reported") if message is None else Samples((message,), source="server")
