"""With `include_usage`, the tokens come in a last chunk without choices.

Sends: the streamed question with `stream_options: {include_usage: true}`.

Expects: one chunk with `usage` after the finish reason and before `[DONE]`, with an empty `choices`, whose total is
the sum of its parts. Codes of lint: USG.

Why: programs that count costs read this chunk, and no other.

Reference: OpenAI API reference, Create chat completion, `stream_options.include_usage`.

Clients: LangChain, LiteLLM and others that add up the usage of streams.
"""

from __future__ import annotations

from streamkit.probes import Probe, usage_adds_up
from streamkit.probes.openai_chat._asks import STREAMED

PROBE = Probe.declare(
    __name__, api="openai_chat", group="usage", asks=(STREAMED,), finds=("USG",), expects=(usage_adds_up(),)
)
