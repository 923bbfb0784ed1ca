"""Server generation time: how long the server took to generate the answer, as reported by the server.

Formula: the server's own number, from the last chunks of the stream: Ollama (`eval_duration`), llama.cpp
(`timings.predicted_ms`), Groq and Cerebras (`completion_time`). Compared with our own measurement, it shows the time
spent in the network and in proxies. Missing if the server does not report it (`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Srv gen", shown="present", order=63)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    message = timeline.server.get("server_generation_time")
    return Samples(missing="not-reported") if message is None else Samples((message,), source="server")
