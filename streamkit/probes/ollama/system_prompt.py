"""A system prompt is accepted.

Sends: a system prompt and a question.

Expects: an answer.

Why: most applications send one.

Reference: Ollama, docs/api.md, Generate a chat completion.

Clients: every application with a system prompt.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text
from streamkit.probes.ollama._asks import SYSTEM

PROBE = Probe.declare(__name__, api="ollama", group="input", asks=(SYSTEM,), expects=(has_text(),))
