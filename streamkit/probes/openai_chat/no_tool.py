"""`tool_choice: none` turns tools off.

Sends: a question with a tool and `tool_choice: none`, streamed.

Expects: a text and no call.

Why: agents use it for the last answer; a call there is never answered.

Reference: OpenAI API reference, Create chat completion, `tool_choice`.

Clients: agents that end with an answer in words.
"""

from __future__ import annotations

from streamkit.probes import Probe, calls_nothing, finish, has_text
from streamkit.probes.openai_chat._asks import NO_TOOL

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="tools",
    asks=(NO_TOOL,),
    expects=(calls_nothing(), has_text(), finish("stop", "length")),
)
