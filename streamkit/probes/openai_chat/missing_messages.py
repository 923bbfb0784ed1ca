"""A request without messages is refused.

Sends: a body without `messages`.

Expects: status 400 (or 422) and a JSON error object.

Why: the client must learn that the mistake is its own.

Reference: OpenAI API reference, Create chat completion, `messages`: required.

Clients: SDKs that retry 5xx.
"""

from __future__ import annotations

from streamkit.probes import Probe, error_object, refuses
from streamkit.probes.openai_chat._asks import NO_MESSAGES

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="errors",
    asks=(NO_MESSAGES,),
    refusal="expected",
    expects=(refuses(400, 422), error_object()),
)
