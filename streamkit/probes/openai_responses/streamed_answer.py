"""A request for a stream is answered with a stream.

Sends: the same question, streamed.

Expects: status 200 and an event stream. What is in the stream is judged by other cases.

Why: a gateway that ignores the request for a stream sends one JSON object, and clients that wait for events get
nothing.

Reference: OpenAI API reference, Create a model response; Streaming events.

Clients: openai-python, openai-node and the AI SDK, whose default for OpenAI is this API.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.openai_responses._asks import STREAMED

PROBE = Probe.declare(
    __name__, api="openai_responses", group="answer", asks=(STREAMED,), refusal="fail", damage=("not-a-stream",)
)
