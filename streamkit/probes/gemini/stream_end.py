"""A stream ends as the API says.

Sends: the streamed question.

Expects: an event whose candidate has a `finishReason`, then the end of the body; no `[DONE]`.

Why: without its end, a client cannot tell a complete answer from one that was cut off.

Reference: Gemini API reference, Candidate, FinishReason.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.gemini._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="gemini",
    group="stream",
    asks=(STREAMED,),
    finds=("GEM902", "GEM906", "SSE120", "SSE123", "SEQ421", "SEQ424", "SEQ425", "SSE103"),
    damage=("truncated", "error"),
)
