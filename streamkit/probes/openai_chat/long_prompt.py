"""A prompt of 100 kB is answered or refused.

Sends: a text of 100 kB and a question after it.

Expects: an answer, or a refusal with status 400 or 413 and a reason.

Why: proxies have limits of their own (nginx: 1 MB, some 64 kB), and their errors are HTML.

Reference: RFC 9110, section 15.5.14.

Clients: programs that send documents.
"""

from __future__ import annotations

from streamkit.probes import Probe, never_fails
from streamkit.probes.openai_chat._asks import LONG

PROBE = Probe.declare(
    __name__, api="openai_chat", group="input", asks=(LONG,), refusal="expected", expects=(never_fails(),)
)
