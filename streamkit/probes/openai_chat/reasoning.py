"""Reasoning is in a separate field, not in the text.

Sends: a question with `reasoning_effort: low`, streamed.

Expects: reasoning, if there is any, in `reasoning_content` or `reasoning`, and no `<think>` in the text. A model
without reasoning passes.

Why: otherwise people see the reasoning as the answer, and programs parse it.

Reference: DeepSeek API documentation, Reasoning model; vLLM, Reasoning outputs.

Clients: chat interfaces, structured output.
"""

from __future__ import annotations

from streamkit.probes import Probe, without
from streamkit.probes.openai_chat._asks import REASONED

PROBE = Probe.declare(
    __name__, api="openai_chat", group="reasoning", asks=(REASONED,), expects=(without("<think>"), without("</think>"))
)
