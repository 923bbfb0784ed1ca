"""The events come in the order of the API.

Sends: the streamed question.

Expects: the same id and model in all chunks, one finish reason, nothing after it. Codes of lint: SEQ.

Why: stream helpers build the message from the events in this order.

Reference: OpenAI API reference, Create completion.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.openai_completions._asks import STREAMED

PROBE = Probe.declare(__name__, api="openai_completions", group="stream", asks=(STREAMED,), finds=("SEQ",))
