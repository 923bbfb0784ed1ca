"""Every event has the fields of the API.

Sends: the streamed question.

Expects: every field that the reference requires, each of its type. Codes of lint: SCH.

Why: typed clients refuse an event with a missing field or a wrong type, and with it the whole answer.

Reference: Gemini API reference, models.generateContent; models.streamGenerateContent.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.gemini._asks import STREAMED

PROBE = Probe.declare(__name__, api="gemini", group="stream", asks=(STREAMED,), finds=("SCH",))
