"""Server load time: how long the server took to load the model, by its own account.

Formula: the server's own number, from the last chunks of the stream: Ollama (`load_duration`). Beside our
time it tells what the network and the proxies between took. Missing where the server does not say (`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Srv load", shown="present", order=61)
def measured(timeline: Timeline) -> Samples:
    """One sample, in nanoseconds."""
    message = timeline.server.get("server_load_time")
    return Samples(missing="not-reported") if message is None else Samples((message,), source="server")
