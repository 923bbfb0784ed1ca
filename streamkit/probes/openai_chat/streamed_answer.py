"""A request with `stream` is answered with a stream.

Sends: the same question with `stream: true` and `include_usage`.

Expects: status 200 and an event stream. What is in the stream is judged by other cases.

Why: a gateway that ignores `stream` sends one JSON object, and clients that wait for events get nothing.

Reference: OpenAI API reference, Create chat completion, `stream`.

Clients: every SDK of this API: the iterator yields nothing.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.openai_chat._asks import STREAMED

PROBE = Probe.declare(
    __name__, api="openai_chat", group="answer", asks=(STREAMED,), refusal="fail", damage=("not-a-stream",)
)
