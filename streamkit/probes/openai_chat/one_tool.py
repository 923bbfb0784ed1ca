"""A model can call a tool.

Sends: a question that needs the tool, with one tool and no `tool_choice`.

Expects: a call with an id, the name of the tool, arguments that are a JSON object with the required field, and the
finish reason `tool_calls`. A model that answers in words deviates.

Why: agents depend on it.

Reference: OpenAI API reference, Create chat completion, `tools`; `message.tool_calls`.

Clients: every agent framework.
"""

from __future__ import annotations

from streamkit.probes import Probe, calls_have_ids, calls_tool
from streamkit.probes.openai_chat._asks import ONE_TOOL

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="tools",
    asks=(ONE_TOOL,),
    expects=(calls_tool("get_weather", "city", declined="the model answered in words"), calls_have_ids()),
)
