"""`json_object` gives a text that is JSON.

Sends: a question for a JSON object, with `response_format: {type: json_object}`.

Expects: a text that parses as one JSON object.

Why: programs parse it without looking at it; a fence of Markdown around it makes them fail.

Reference: OpenAI API reference, Create chat completion, `response_format`.

Clients: every program that calls `json.loads` on the text.
"""

from __future__ import annotations

from streamkit.probes import Probe, finish, json_text
from streamkit.probes.openai_chat._asks import JSON_MODE

PROBE = Probe.declare(
    __name__, api="openai_chat", group="json", asks=(JSON_MODE,), expects=(json_text(), finish("stop", "length"))
)
