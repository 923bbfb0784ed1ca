"""A stream ends as the API says.

Sends: the streamed question.

Expects: a chunk with a `finish_reason`, then `data: [DONE]`.

Why: without its end, a client cannot tell a complete answer from one that was cut off.

Reference: OpenAI API reference, Create completion. `stream`.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.openai_completions._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="openai_completions",
    group="stream",
    asks=(STREAMED,),
    finds=("SEQ410", "SEQ411", "SEQ412", "SSE120", "SSE121", "SSE122", "SEQ421", "SEQ424", "SEQ425", "SSE103"),
    damage=("truncated", "error"),
)
