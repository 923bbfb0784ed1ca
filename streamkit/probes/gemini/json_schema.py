"""`responseSchema` gives a text that satisfies the schema.

Sends: a question with `responseMimeType: application/json` and a schema with two fields.

Expects: a text that is a JSON object with these fields.

Why: programs create typed objects from it.

Reference: Gemini API documentation, Structured output.

Clients: google-genai `response.parsed`.
"""

from __future__ import annotations

from streamkit.probes import Probe, json_text
from streamkit.probes.gemini._asks import JSON_SCHEMA

PROBE = Probe.declare(
    __name__, api="gemini", group="json", asks=(JSON_SCHEMA,), expects=(json_text("city", "country"),)
)
