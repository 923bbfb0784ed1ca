"""Server prompt time: how long the server took to process the prompt, as reported by the server.

Formula: the server's own number, from the last chunks of the stream: Ollama (`prompt_eval_duration`), llama.cpp
(`timings.prompt_ms`), Groq and Cerebras (`prompt_time`). Compared with our own measurement, it shows the time spent
in the network and in proxies. Missing if the server does not report it (`not-reported`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Srv prompt", shown="present", order=62)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    message = timeline.server.get("server_prompt_time")
    return Samples(missing="not-reported") if message is None else Samples((message,), source="server")
