"""The chunks come in the order of the API.

Sends: the streamed question.

Expects: the role in the first chunk and not again, the same id and model in all, one finish reason, nothing after it.
Codes of lint: SEQ.

Why: stream helpers accumulate chunks: what is repeated is added twice, and what changes starts another answer.

Reference: OpenAI API reference, Create chat completion, Streaming.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.openai_chat._asks import STREAMED

PROBE = Probe.declare(__name__, api="openai_chat", group="stream", asks=(STREAMED,), finds=("SEQ",))
