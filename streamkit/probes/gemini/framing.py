"""The events of a stream are well-formed.

Sends: the streamed question.

Expects: what the standard of event streams and JSON requires. Codes of lint: SSE, JSN.

Why: every client has its own parser, and each tolerates different mistakes.

Reference: WHATWG HTML, Server-sent events, Parsing an event stream; RFC 8259.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.gemini._asks import STREAMED

PROBE = Probe.declare(
    __name__, api="gemini", group="stream", asks=(STREAMED,), finds=("SSE", "JSN", "LOG", "REC"), damage=("malformed",)
)
