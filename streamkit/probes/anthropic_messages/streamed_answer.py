"""A request for a stream is answered with a stream.

Sends: the same question, streamed.

Expects: status 200 and an event stream. What is in the stream is judged by other cases.

Why: a gateway that ignores the request for a stream sends one JSON object, and clients that wait for events get
nothing.

Reference: Anthropic API reference, Create a Message; Streaming Messages.

Clients: the SDKs of Anthropic, Claude Code and other coding agents.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.anthropic_messages._asks import STREAMED

PROBE = Probe.declare(
    __name__, api="anthropic_messages", group="answer", asks=(STREAMED,), refusal="fail", damage=("not-a-stream",)
)
