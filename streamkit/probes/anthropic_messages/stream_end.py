"""A stream ends as the API says.

Sends: the streamed question.

Expects: `message_delta` with a stop reason, then `message_stop`, then the end of the body.

Why: without its end, a client cannot tell a complete answer from one that was cut off.

Reference: Anthropic API reference, Streaming Messages, Event types.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.anthropic_messages._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="anthropic_messages",
    group="stream",
    asks=(STREAMED,),
    finds=("ANT708", "ANT709", "ANT711", "ANT713", "ANT715", "SSE120", "SEQ421", "SEQ424", "SEQ425", "SSE103"),
    damage=("truncated", "error"),
)
