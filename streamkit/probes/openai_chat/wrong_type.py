"""A field of the wrong type is refused.

Sends: `max_tokens` with a text.

Expects: status 400 (or 422) and a JSON error object. A server that ignores the limit deviates.

Why: a limit that is silently ignored costs money.

Reference: OpenAI API reference, Create chat completion, `max_tokens`: integer.

Clients: programs that build requests from settings.
"""

from __future__ import annotations

from streamkit.probes import Probe, error_object, refuses
from streamkit.probes.openai_chat._asks import WRONG_TYPE

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="errors",
    asks=(WRONG_TYPE,),
    refusal="expected",
    expects=(
        refuses(400, 422, lawful=lambda _: "an invalid limit is ignored"),
        error_object(),
    ),
)
