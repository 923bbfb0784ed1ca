"""A developer message is accepted.

Sends: a developer message before the question.

Expects: an answer. Endpoints whose template does not know the role refuse it.

Why: newer SDKs send it in place of the system message.

Reference: OpenAI API reference, Create chat completion, `messages`: developer messages.

Clients: the AI SDK and LangChain for reasoning models.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text
from streamkit.probes.openai_chat._asks import DEVELOPER

PROBE = Probe.declare(__name__, api="openai_chat", group="input", asks=(DEVELOPER,), expects=(has_text(),))
