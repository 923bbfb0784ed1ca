"""A system prompt is accepted.

Sends: a system prompt and a question.

Expects: an answer.

Why: most applications send one.

Reference: Anthropic API reference, Create a Message; Streaming Messages.

Clients: every application with a system prompt.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text
from streamkit.probes.anthropic_messages._asks import SYSTEM

PROBE = Probe.declare(__name__, api="anthropic_messages", group="input", asks=(SYSTEM,), expects=(has_text(),))
