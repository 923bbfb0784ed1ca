"""Every chunk has the fields of a chat completion chunk.

Sends: the streamed question.

Expects: chunks with an id, `chat.completion.chunk`, a time, the model, and choices with an index and a delta, each
field of its type. Codes of lint: SCH.

Why: typed clients refuse a chunk with a missing field or a wrong type, and with it the whole answer.

Reference: OpenAI API reference, Create chat completion, the chat completion chunk object.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.openai_chat._asks import STREAMED

PROBE = Probe.declare(__name__, api="openai_chat", group="stream", asks=(STREAMED,), finds=("SCH",))
