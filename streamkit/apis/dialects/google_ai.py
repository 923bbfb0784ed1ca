"""Google AI: the Gemini API at Google's own host."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="google-ai",
    title="Google AI (Gemini API)",
    apis=("gemini", "gemini_interactions"),
    headers=("x-gemini-service-tier",),
    lawful=(),
    extra_fields=(),
    order=40,
)
