"""A stream ends with a finish reason and `[DONE]`.

Sends: the streamed question.

Expects: a chunk with a `finish_reason`, then `data: [DONE]` on a line of its own, then the end of the body.

Why: without them, a client cannot tell a complete answer from one that was cut off.

Reference: OpenAI API reference, Create chat completion, `stream`: terminated by a `data: [DONE]` message.

Clients: openai-node and the AI SDK raise on an answer without a finish reason; others return half an answer as a whole
one.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.openai_chat._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="stream",
    asks=(STREAMED,),
    finds=("SEQ410", "SEQ411", "SEQ412", "SEQ421", "SEQ424", "SEQ425", "SSE103", "SSE120", "SSE121", "SSE122"),
    damage=("truncated", "error"),
)
