"""A stream ends as the API says.

Sends: the streamed question.

Expects: an object with `done: true` and a `done_reason`, then the end of the body.

Why: without its end, a client cannot tell a complete answer from one that was cut off.

Reference: Ollama, docs/api.md, Response.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.ollama._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="ollama",
    group="stream",
    asks=(STREAMED,),
    finds=("SEQ411", "SEQ412", "SEQ421", "SEQ424", "SEQ425", "SSE103"),
    damage=("truncated", "error"),
)
