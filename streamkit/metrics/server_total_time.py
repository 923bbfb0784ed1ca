"""Server total time: how long the request took in all, by the server's own account.

Formula: the server's own number, from the last chunks of the stream: Ollama (`total_duration`), Groq and Cerebras (`total_time`). Beside our
time it tells what the network and the proxies between took. Missing where the server does not say (`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Srv total", shown="present", order=64)
def measured(timeline: Timeline) -> Samples:
    """One sample, in nanoseconds."""
    message = timeline.server.get("server_total_time")
    return Samples(missing="not-reported") if message is None else Samples((message,), source="server")
