"""An unknown field is ignored or refused with its name.

Sends: a request with the field `streamkit_probe_unknown`.

Expects: an answer, or status 400 or 422 with a reason.

Why: clients send fields of other providers. Both are lawful; a failure is not.

Reference: OpenAI API reference, Create chat completion, errors.

Clients: clients with settings of one provider used with another.
"""

from __future__ import annotations

from streamkit.probes import Probe, never_fails
from streamkit.probes.openai_chat._asks import UNKNOWN_FIELD

PROBE = Probe.declare(
    __name__, api="openai_chat", group="errors", asks=(UNKNOWN_FIELD,), refusal="expected", expects=(never_fails(),)
)
