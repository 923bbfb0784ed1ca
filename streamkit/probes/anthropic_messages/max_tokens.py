"""The limit of tokens ends the answer, and the answer says so.

Sends: a question whose answer is long, with `max_tokens: 3`, streamed.

Expects: finish reason max_tokens, and at most 3 tokens of output.

Why: clients ask for the rest of an answer, or reject it, only if they can see that it was cut off.

Reference: Anthropic API reference, Create a Message; Streaming Messages.

Clients: structured output helpers, agents.
"""

from __future__ import annotations

from streamkit.probes import Probe, ends_at_limit
from streamkit.probes.anthropic_messages._asks import SHORT

PROBE = Probe.declare(
    __name__, api="anthropic_messages", group="limits", asks=(SHORT,), expects=(ends_at_limit(3, "max_tokens"),)
)
