"""`GET` is refused with 404 or 405.

Sends: `GET` instead of `POST`.

Expects: status 404 or 405.

Why: health checks and people with a browser try it; a failure of the server raises alarms.

Reference: RFC 9110, section 15.5.6.

Clients: health checks.
"""

from __future__ import annotations

from streamkit.probes import Answer, Flaw, Probe, each
from streamkit.probes.openai_chat._asks import WRONG_METHOD


def _refused(answer: Answer) -> str | Flaw | None:
    if answer.status in (404, 405):
        return None
    status = answer.status or 0
    return Flaw("deviates" if status < 500 else "fail", f"status {status}, expected 404 or 405")


PROBE = Probe.declare(
    __name__, api="openai_chat", group="errors", asks=(WRONG_METHOD,), refusal="expected", expects=(each(_refused),)
)
