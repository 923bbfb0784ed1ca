"""A call is streamed with its name, and arguments that join to JSON.

Sends: a question with one tool that has to be called, streamed.

Expects: a call of that tool with arguments that are a JSON object with the required field.

Why: agents depend on it.

Reference: OpenAI API reference, Create a model response; Streaming events.

Clients: every agent framework.
"""

from __future__ import annotations

from streamkit.probes import Probe, calls_have_ids, calls_tool, finish
from streamkit.probes.openai_responses._asks import STREAMED_TOOL

PROBE = Probe.declare(
    __name__,
    api="openai_responses",
    group="tools",
    asks=(STREAMED_TOOL,),
    expects=(calls_tool("get_weather", "city"), calls_have_ids(), finish("completed")),
)
