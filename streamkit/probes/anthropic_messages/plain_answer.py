"""A request without a stream is answered with one object.

Sends: a short question, without a stream.

Expects: status 200, `application/json`, an object `message` with an id, the role, the model, content blocks, a stop
reason and usage.

Why: everything else is built on it. If it is refused, the endpoint does not offer this API, or not this model.

Reference: Anthropic API reference, Create a Message; Streaming Messages.

Clients: the SDKs of Anthropic, Claude Code and other coding agents.
"""

from __future__ import annotations

from streamkit.probes import Probe, content_type, fields, finish, has_text
from streamkit.probes.anthropic_messages._asks import PLAIN

PROBE = Probe.declare(
    __name__,
    api="anthropic_messages",
    group="answer",
    asks=(PLAIN,),
    refusal="fail",
    expects=(
        content_type("application/json"),
        fields(
            {
                "type": "message",
                "id": str,
                "role": "assistant",
                "model": str,
                "content": list,
                "content.0.type": str,
                "usage.input_tokens": int,
                "usage.output_tokens": int,
            }
        ),
        has_text(),
        finish("end_turn", "max_tokens"),
    ),
)
