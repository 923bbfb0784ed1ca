"""`max_completion_tokens` limits the answer too.

Sends: the same question with `max_completion_tokens: 3`.

Expects: finish reason `length`, and at most three tokens of output. An endpoint that ignores the field answers at full
length and fails.

Why: newer SDKs and models use this name only; where it is ignored, answers cost more than was allowed.

Reference: OpenAI API reference, Create chat completion, `max_completion_tokens`.

Clients: the AI SDK and LangChain, which send this name for newer models.
"""

from __future__ import annotations

from streamkit.probes import Probe, ends_at_limit
from streamkit.probes.openai_chat._asks import COMPLETION_LIMIT

PROBE = Probe.declare(
    __name__, api="openai_chat", group="limits", asks=(COMPLETION_LIMIT,), expects=(ends_at_limit(3, "length"),)
)
