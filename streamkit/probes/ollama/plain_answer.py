"""A request without a stream is answered with one object.

Sends: a short question at temperature 0, without a stream.

Expects: status 200, `application/json`, an object with the model, a time, a message, `done: true` and counts.

Why: everything else is built on it. If it is refused, the endpoint does not offer this API, or not this model.

Reference: Ollama, docs/api.md, Generate a chat completion.

Clients: ollama for Python and JavaScript, LangChain, Home Assistant.
"""

from __future__ import annotations

from streamkit.probes import Probe, content_type, fields, finish, has_text
from streamkit.probes.ollama._asks import PLAIN

PROBE = Probe.declare(
    __name__,
    api="ollama",
    group="answer",
    asks=(PLAIN,),
    refusal="fail",
    expects=(
        content_type("application/json"),
        fields({"model": str, "created_at": str, "message.role": "assistant", "message.content": str}),
        has_text(),
        finish("stop", "length"),
    ),
)
