"""Vertex AI: Gemini with a creation time and a traffic type; Anthropic's models at `rawPredict`."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="vertex",
    title="Vertex AI",
    apis=("gemini", "anthropic_messages"),
    source="measured",
    usage_keys=("trafficType",),
    lawful=(),
    extra_fields=(),
    order=45,
)
