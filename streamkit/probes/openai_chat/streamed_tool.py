"""A call is streamed with its id and name first, and arguments that join to JSON.

Sends: the forced call, streamed.

Expects: a first delta with index, id, type and name, then pieces of arguments with the same index, which join to a
JSON object.

Why: clients join the pieces by index; a repeated name or a missing index gives another call.

Reference: OpenAI API reference, Create chat completion, the chat completion chunk object, `delta.tool_calls`.

Clients: openai-python and openai-node `.stream()`, the AI SDK, LangChain.
"""

from __future__ import annotations

from streamkit.probes import Probe, calls_have_ids, calls_tool, finish
from streamkit.probes.openai_chat._asks import STREAMED_TOOL

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="tools",
    asks=(STREAMED_TOOL,),
    expects=(calls_tool("get_weather", "city"), calls_have_ids(), finish("stop", "tool_calls")),
)
