"""An empty message is answered or refused.

Sends: a message with the content `""`.

Expects: an answer, or a refusal with a reason. A failure of the server (5xx) is not acceptable.

Why: people press Enter, and agents send empty results.

Reference: OpenAI API reference, Create chat completion, `messages`: content.

Clients: chat interfaces, agents.
"""

from __future__ import annotations

from streamkit.probes import Probe, never_fails
from streamkit.probes.openai_chat._asks import EMPTY

PROBE = Probe.declare(
    __name__, api="openai_chat", group="input", asks=(EMPTY,), refusal="expected", expects=(never_fails(),)
)
