"""`json_schema` gives a text that satisfies the schema.

Sends: a question with `response_format: {type: json_schema, strict: true}` and a schema with two required fields.

Expects: a text that is a JSON object with these fields.

Why: programs create typed objects from it. An endpoint that ignores the schema answers in prose.

Reference: OpenAI API documentation, Structured outputs.

Clients: openai-python `.parse()`, instructor, pydantic-ai.
"""

from __future__ import annotations

from streamkit.probes import Probe, finish, json_text
from streamkit.probes.openai_chat._asks import JSON_SCHEMA

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="json",
    asks=(JSON_SCHEMA,),
    expects=(json_text("city", "country"), finish("stop")),
)
