"""`format` with a schema gives a text that satisfies it.

Sends: a question with a schema in `format`.

Expects: a text that is a JSON object with the two fields.

Why: programs create typed objects from it.

Reference: Ollama, docs/api.md, Structured outputs.

Clients: ollama for Python with pydantic.
"""

from __future__ import annotations

from streamkit.probes import Probe, json_text
from streamkit.probes.ollama._asks import JSON_SCHEMA

PROBE = Probe.declare(
    __name__, api="ollama", group="json", asks=(JSON_SCHEMA,), expects=(json_text("city", "country"),)
)
