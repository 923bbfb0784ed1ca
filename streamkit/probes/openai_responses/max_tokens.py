"""The limit of tokens ends the answer, and the answer says so.

Sends: a question whose answer is long, with `max_output_tokens: 16`, streamed.

Expects: finish reason max_output_tokens, and at most 16 tokens of output.

Why: clients ask for the rest of an answer, or reject it, only if they can see that it was cut off.

Reference: OpenAI API reference, Create a model response; Streaming events.

Clients: structured output helpers, agents.
"""

from __future__ import annotations

from streamkit.probes import Probe, ends_at_limit
from streamkit.probes.openai_responses._asks import SHORT

PROBE = Probe.declare(
    __name__,
    api="openai_responses",
    group="limits",
    asks=(SHORT,),
    allows=("RSP814",),
    expects=(ends_at_limit(16, "max_output_tokens"),),
)
