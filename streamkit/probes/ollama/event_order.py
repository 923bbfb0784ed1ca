"""The events come in the order of the API.

Sends: the streamed question.

Expects: objects with a message each, nothing after the one with `done: true`. Codes of lint: SEQ.

Why: stream helpers build the message from the events in this order.

Reference: Ollama, docs/api.md, Generate a chat completion.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.ollama._asks import STREAMED

PROBE = Probe.declare(__name__, api="ollama", group="stream", asks=(STREAMED,), finds=("SEQ",))
