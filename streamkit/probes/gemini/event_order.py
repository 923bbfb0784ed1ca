"""The events come in the order of the API.

Sends: the streamed question.

Expects: events with candidates whose content has the role `model` and parts; nothing after the finish reason. Codes of
lint: GEM, SEQ.

Why: stream helpers build the message from the events in this order.

Reference: Gemini API reference, models.generateContent; models.streamGenerateContent.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.gemini._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="gemini",
    group="stream",
    asks=(STREAMED,),
    finds=(
        "GEM",
        "SEQ",
        "ANT",
    ),
)
