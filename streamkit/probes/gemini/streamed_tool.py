"""A call is streamed with its name, and arguments that join to JSON.

Sends: a question with one tool that has to be called, streamed.

Expects: a call of that tool with arguments that are a JSON object with the required field, and the finish reason `STOP`.

Why: agents depend on it. The API has no finish reason for calls, and clients derive theirs from `STOP` and the call.

Reference: Gemini API reference, models.generateContent; models.streamGenerateContent.

Clients: every agent framework.
"""

from __future__ import annotations

from streamkit.probes import Answer, Flaw, Probe, calls_tool, each
from streamkit.probes.gemini._asks import STREAMED_TOOL

# Measured with ai 7.0 and @ai-sdk/google, for `FUNCTION_CALL`.
_BREAKS = "agents that use the AI SDK, whose finish reason is then `other` instead of `tool-calls`"


def _stops(answer: Answer) -> Flaw | None:
    found = answer.message.finish
    if found in (None, "STOP") or not answer.message.tool_calls:
        return None
    return Flaw("fail", f"finish reason {found!r}, expected 'STOP'", breaks=(_BREAKS,))


PROBE = Probe.declare(
    __name__,
    api="gemini",
    group="tools",
    asks=(STREAMED_TOOL,),
    expects=(calls_tool("get_weather", "city"), each(_stops)),
)
