"""Server generation time: how long the server took to generate the answer, by its own account.

Formula: the server's own number, from the last chunks of the stream: Ollama (`eval_duration`), llama.cpp (`timings.predicted_ms`), Groq and Cerebras (`completion_time`). Beside our
time it tells what the network and the proxies between took. Missing where the server does not say (`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Srv gen", shown="present", order=63)
def measured(timeline: Timeline) -> Samples:
    """One sample, in nanoseconds."""
    message = timeline.server.get("server_generation_time")
    return Samples(missing="not-reported") if message is None else Samples((message,), source="server")
