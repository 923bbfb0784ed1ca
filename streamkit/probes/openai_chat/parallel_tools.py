"""Two calls in one answer stay apart.

Sends: a question that needs the tool twice, with `parallel_tool_calls: true`, streamed.

Expects: two calls with ids and indices of their own, each with complete arguments. A model that calls once deviates.

Why: gateways that number all calls 0 make clients join their arguments to nonsense.

Reference: OpenAI API reference, Create chat completion, `parallel_tool_calls`; `delta.tool_calls[].index`.

Clients: every client that joins arguments by index.
"""

from __future__ import annotations

from streamkit.probes import Probe, calls_have_ids, calls_tool
from streamkit.probes.openai_chat._asks import PARALLEL_TOOLS

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="tools",
    asks=(PARALLEL_TOOLS,),
    expects=(calls_tool("get_weather", "city", least=2, declined="the model did not call it twice"), calls_have_ids()),
)
