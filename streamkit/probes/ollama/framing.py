"""The events of a stream are well-formed.

Sends: the streamed question.

Expects: one complete JSON object a line, in UTF-8. Codes of lint: SSE, JSN.

Why: every client has its own parser, and each tolerates different mistakes.

Reference: NDJSON specification, section 3; RFC 8259.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.ollama._asks import STREAMED

PROBE = Probe.declare(
    __name__, api="ollama", group="stream", asks=(STREAMED,), finds=("SSE", "JSN", "LOG", "REC"), damage=("malformed",)
)
