"""Half a surrogate pair does not make the server fail.

Sends: a text with `\\ud83d` alone, as JavaScript cuts an emoji.

Expects: an answer, or a refusal with status 400.

Why: `slice` in JavaScript produces them, and a server in Python raises when it encodes the text.

Reference: RFC 8259, section 8.2: behaviour is unpredictable.

Clients: programs in JavaScript that shorten text.
"""

from __future__ import annotations

from streamkit.probes import Probe, never_fails
from streamkit.probes.openai_chat._asks import SURROGATE

PROBE = Probe.declare(
    __name__, api="openai_chat", group="input", asks=(SURROGATE,), refusal="expected", expects=(never_fails(),)
)
