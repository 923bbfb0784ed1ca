"""Tokens can be counted without an answer.

Sends: `POST /v1/messages/count_tokens`.

Expects: an object with `input_tokens`. Endpoints without it refuse with 404.

Why: coding agents decide with it when to shorten a conversation.

Reference: Anthropic API reference, Count tokens in a Message.

Clients: Claude Code.
"""

from __future__ import annotations

from streamkit.probes import Probe, fields
from streamkit.probes.anthropic_messages._asks import COUNTED

PROBE = Probe.declare(
    __name__, api="anthropic_messages", group="usage", asks=(COUNTED,), expects=(fields({"input_tokens": int}),)
)
