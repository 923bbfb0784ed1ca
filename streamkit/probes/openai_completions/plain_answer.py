"""A request without a stream is answered with one object.

Sends: a short question at temperature 0, without a stream.

Expects: status 200, `application/json`, an object `text_completion` with an id, a time, the model, and a choice with a
text and a finish reason.

Why: everything else is built on it. If it is refused, the endpoint does not offer this API, or not this model.

Reference: OpenAI API reference, Create completion.

Clients: vLLM and llama.cpp benchmarks, code completion plugins.
"""

from __future__ import annotations

from streamkit.probes import Probe, content_type, fields, finish, has_text
from streamkit.probes.openai_completions._asks import PLAIN

PROBE = Probe.declare(
    __name__,
    api="openai_completions",
    group="answer",
    asks=(PLAIN,),
    refusal="fail",
    expects=(
        content_type("application/json"),
        fields(
            {
                "object": "text_completion",
                "id": str,
                "created": int,
                "model": str,
                "choices.0.index": int,
                "choices.0.text": str,
            }
        ),
        has_text(),
        finish("stop", "length"),
    ),
)
