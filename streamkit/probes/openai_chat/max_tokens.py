"""`max_tokens` ends the answer with `length`.

Sends: a question whose answer is long, with `max_tokens: 3`, plain and streamed.

Expects: finish reason `length`, and at most three tokens of output.

Why: clients ask for the rest of an answer, or reject it, only if they can see that it was cut off.

Reference: OpenAI API reference, Create chat completion, `max_tokens`; `finish_reason`.

Clients: structured output helpers: openai-python raises `LengthFinishReasonError` for `length`, and a JSON error
otherwise.
"""

from __future__ import annotations

from streamkit.probes import Probe, ends_at_limit
from streamkit.probes.openai_chat._asks import SHORT, SHORT_STREAM

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="limits",
    asks=(
        SHORT,
        SHORT_STREAM,
    ),
    expects=(ends_at_limit(3, "length"),),
)
