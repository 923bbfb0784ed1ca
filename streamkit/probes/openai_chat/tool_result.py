"""The result of a call can be sent back.

Sends: a forced call, then the conversation with the call and its result, streamed.

Expects: an answer in words; a model that calls again deviates. If the first answer has no call, nothing can be judged.

Why: agents repeat this exchange; gateways lose the id of the call here, or refuse the empty content of the message
with the call.

Reference: OpenAI API reference, Create chat completion, `messages`: tool messages.

Clients: every agent framework.
"""

from __future__ import annotations

from streamkit.probes import Probe, only, uses_result
from streamkit.probes.openai_chat._asks import TOOL_ROUND

PROBE = Probe.declare(__name__, api="openai_chat", group="tools", asks=(TOOL_ROUND,), expects=(only(1, uses_result()),))
