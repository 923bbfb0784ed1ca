"""Content can be an array of text blocks.

Sends: a message whose content has two text blocks.

Expects: an answer.

Why: most clients send blocks always.

Reference: Anthropic API reference, Create a Message; Streaming Messages.

Clients: Claude Code, the AI SDK, LangChain.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text
from streamkit.probes.anthropic_messages._asks import BLOCKS

PROBE = Probe.declare(__name__, api="anthropic_messages", group="input", asks=(BLOCKS,), expects=(has_text(),))
