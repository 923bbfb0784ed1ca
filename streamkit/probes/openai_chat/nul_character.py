"""A NUL in the text does not make the server fail.

Sends: a text with U+0000, which JSON writes as `\\u0000`.

Expects: an answer, or a refusal with a reason.

Why: text from files contains it; C strings and some databases cannot hold it.

Reference: RFC 8259, section 7.

Clients: programs that send files.
"""

from __future__ import annotations

from streamkit.probes import Probe, never_fails
from streamkit.probes.openai_chat._asks import NUL_CHARACTER

PROBE = Probe.declare(
    __name__, api="openai_chat", group="input", asks=(NUL_CHARACTER,), refusal="expected", expects=(never_fails(),)
)
