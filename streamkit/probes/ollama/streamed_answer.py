"""A request for a stream is answered with a stream.

Sends: the same question, streamed.

Expects: status 200 and one JSON object a line. What is in the stream is judged by other cases.

Why: a gateway that ignores the request for a stream sends one JSON object, and clients that wait for events get
nothing.

Reference: Ollama, docs/api.md, Generate a chat completion.

Clients: ollama for Python and JavaScript, LangChain, Home Assistant.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.ollama._asks import STREAMED

PROBE = Probe.declare(
    __name__, api="ollama", group="answer", asks=(STREAMED,), refusal="fail", damage=("not-a-stream",)
)
