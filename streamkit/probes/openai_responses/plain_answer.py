"""A request without a stream is answered with one object.

Sends: a short question at temperature 0, without a stream.

Expects: status 200, `application/json`, an object `response` with an id, a time, the model, a status, and an output
with a message.

Why: everything else is built on it. If it is refused, the endpoint does not offer this API, or not this model.

Reference: OpenAI API reference, Create a model response; Streaming events.

Clients: openai-python, openai-node and the AI SDK, whose default for OpenAI is this API.
"""

from __future__ import annotations

from streamkit.probes import Probe, content_type, fields, finish, has_text
from streamkit.probes.openai_responses._asks import PLAIN

PROBE = Probe.declare(
    __name__,
    api="openai_responses",
    group="answer",
    asks=(PLAIN,),
    refusal="fail",
    expects=(
        content_type("application/json"),
        fields(
            {"object": "response", "id": str, "created_at": (int, float), "model": str, "status": str, "output": list}
        ),
        has_text(),
        finish("completed", "max_output_tokens"),
    ),
)
