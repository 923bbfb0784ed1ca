"""A request without `stream` is answered with one chat completion.

Sends: a short question at temperature 0, without `stream`.

Expects: status 200, `application/json`, an object `chat.completion` with an id, a time, the model, and one choice with
the role `assistant`, text and a finish reason.

Why: everything else is built on it. If it is refused, the endpoint does not offer this API, or not this model.

Reference: OpenAI API reference, Create chat completion, the chat completion object.

Clients: every SDK of this API reads `choices[0].message.content`; openai-python and openai-node validate the names of
the fields with their types.
"""

from __future__ import annotations

from streamkit.probes import Probe, content_type, fields, finish, has_text
from streamkit.probes.openai_chat._asks import PLAIN

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="answer",
    asks=(PLAIN,),
    refusal="fail",
    expects=(
        content_type("application/json"),
        fields(
            {
                "object": "chat.completion",
                "id": str,
                "created": int,
                "model": str,
                "choices.0.index": int,
                "choices.0.message.role": "assistant",
            }
        ),
        has_text(),
        finish("stop", "length"),
    ),
)
