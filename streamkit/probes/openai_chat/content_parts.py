"""Content can be an array of text parts.

Sends: a message whose content has two text parts.

Expects: an answer.

Why: many clients send arrays always; templates that expect a text show the array to the model, or fail.

Reference: OpenAI API reference, Create chat completion, `messages`: content parts.

Clients: the AI SDK, LiteLLM, LangChain with cache marks.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text, never_fails
from streamkit.probes.openai_chat._asks import PARTS

PROBE = Probe.declare(__name__, api="openai_chat", group="input", asks=(PARTS,), expects=(has_text(), never_fails()))
