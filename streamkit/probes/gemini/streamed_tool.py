"""A call is streamed with its name, and arguments that join to JSON.

Sends: a question with one tool that has to be called, streamed.

Expects: a call of that tool with arguments that are a JSON object with the required field.

Why: agents depend on it.

Reference: Gemini API reference, models.generateContent; models.streamGenerateContent.

Clients: every agent framework.
"""

from __future__ import annotations

from streamkit.probes import Probe, calls_tool
from streamkit.probes.gemini._asks import STREAMED_TOOL

PROBE = Probe.declare(
    __name__, api="gemini", group="tools", asks=(STREAMED_TOOL,), expects=(calls_tool("get_weather", "city"),)
)
