"""A system prompt is accepted.

Sends: a system prompt and a question.

Expects: an answer.

Why: most applications send one.

Reference: OpenAI API reference, Create a model response; Streaming events.

Clients: every application with a system prompt.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text
from streamkit.probes.openai_responses._asks import INSTRUCTED

PROBE = Probe.declare(__name__, api="openai_responses", group="input", asks=(INSTRUCTED,), expects=(has_text(),))
