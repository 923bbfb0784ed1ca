"""`tool_choice` with a name forces the call.

Sends: a question with one tool and a `tool_choice` that names it.

Expects: a call of that tool. The finish reason may be `stop` or `tool_calls`: OpenAI itself sends `stop` here.

Why: structured output over tools relies on it.

Reference: OpenAI API reference, Create chat completion, `tool_choice`.

Clients: instructor, LangChain `with_structured_output`.
"""

from __future__ import annotations

from streamkit.probes import Probe, calls_have_ids, calls_tool, finish
from streamkit.probes.openai_chat._asks import FORCED_TOOL

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="tools",
    asks=(FORCED_TOOL,),
    expects=(calls_tool("get_weather", "city"), calls_have_ids(), finish("stop", "tool_calls")),
)
