"""A stream ends as the API says.

Sends: the streamed question.

Expects: `response.completed`, `response.incomplete` or `response.failed` as the last event, with the whole response.

Why: without its end, a client cannot tell a complete answer from one that was cut off.

Reference: OpenAI API reference, Responses, Streaming events: response.completed.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.openai_responses._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="openai_responses",
    group="stream",
    asks=(STREAMED,),
    finds=("RSP802", "RSP813", "RSP814", "SEQ421", "SEQ424", "SEQ425", "SSE103"),
    damage=("truncated", "error"),
)
