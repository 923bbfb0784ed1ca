"""A client that leaves does not disturb the next.

Sends: a question with a long answer, which is left after two frames, then another question.

Expects: the next question is answered. Whether the server has stopped generating is not visible to a client: behind a gateway that
reads the answer to its end, it goes on, and the case passes. A `streamkit proxy` behind the gateway records whether the gateway
closed its request: `client` in the last line.

Why: people press Stop. A server with few slots that continues to write makes the next request wait.

Reference: RFC 9112, section 9.6.

Clients: chat interfaces with a stop button.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text, only
from streamkit.probes.openai_chat._asks import LEAVING

PROBE = Probe.declare(__name__, api="openai_chat", group="http", asks=(LEAVING,), expects=(only(1, has_text()),))
