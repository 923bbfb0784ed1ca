"""An image is answered or refused.

Sends: a message with an image of one pixel as a data URL.

Expects: an answer, or a clear refusal by a model that cannot see. A failure of the server (5xx) is not acceptable.

Why: clients offer to attach images and need to know whether that works.

Reference: OpenAI API reference, Create chat completion, `messages`: image parts.

Clients: chat interfaces.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text, never_fails
from streamkit.probes.openai_chat._asks import IMAGE

PROBE = Probe.declare(__name__, api="openai_chat", group="input", asks=(IMAGE,), expects=(never_fails(), has_text()))
