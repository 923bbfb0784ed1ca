"""A system message is accepted.

Sends: a system message before the question.

Expects: an answer.

Why: most applications send one.

Reference: OpenAI API reference, Create chat completion, `messages`: system messages.

Clients: every application with a system prompt.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text
from streamkit.probes.openai_chat._asks import SYSTEM

PROBE = Probe.declare(__name__, api="openai_chat", group="input", asks=(SYSTEM,), expects=(has_text(),))
