"""A request without a stream is answered with one object.

Sends: a short question at temperature 0, without a stream.

Expects: status 200, `application/json`, an object with a candidate that has content with parts, a finish reason, and
usage metadata.

Why: everything else is built on it. If it is refused, the endpoint does not offer this API, or not this model.

Reference: Gemini API reference, models.generateContent; models.streamGenerateContent.

Clients: google-genai for Python and JavaScript, the AI SDK.
"""

from __future__ import annotations

from streamkit.probes import Probe, content_type, fields, finish, has_text
from streamkit.probes.gemini._asks import PLAIN

PROBE = Probe.declare(
    __name__,
    api="gemini",
    group="answer",
    asks=(PLAIN,),
    refusal="fail",
    expects=(
        content_type("application/json"),
        fields(
            {
                "candidates": list,
                "candidates.0.content.parts": list,
                "candidates.0.content.role": "model",
                "usageMetadata": dict,
            }
        ),
        has_text(),
        finish("STOP", "MAX_TOKENS"),
    ),
)
