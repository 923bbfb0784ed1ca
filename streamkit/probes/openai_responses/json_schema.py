"""`text.format` gives a text that satisfies the schema.

Sends: a question with a strict schema with two required fields.

Expects: a text that is a JSON object with these fields.

Why: programs create typed objects from it.

Reference: OpenAI API documentation, Structured outputs.

Clients: openai-python `.parse()`, pydantic-ai.
"""

from __future__ import annotations

from streamkit.probes import Probe, finish, json_text
from streamkit.probes.openai_responses._asks import JSON_SCHEMA

PROBE = Probe.declare(
    __name__,
    api="openai_responses",
    group="json",
    asks=(JSON_SCHEMA,),
    expects=(json_text("city", "country"), finish("completed")),
)
