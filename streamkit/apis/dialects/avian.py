"""Avian: passes on what other gateways send, after a first chunk with its own id; the role in every chunk."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="avian",
    title="Avian",
    apis=("openai_chat",),
    source="measured",
    lawful=("SEQ402", "SEQ403", "SEQ411"),
    extra_fields=(
        "$.choices[].native_finish_reason",
        "$.choices[].delta.reasoning_content",
        "$.choices[].delta.reasoning_details",
        "$.usage.cost",
    ),
)
