"""Foundry Local: both `delta` and `message`, additional top-level fields, and ids that differ between chunks."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="foundry-local",
    title="Foundry Local",
    apis=("openai_chat",),
    chunk_keys=("IsDelta", "StreamEvent", "HttpStatusCode", "Successful"),
    lawful=("SCH322",),
    extra_fields=(
        "$.IsDelta",
        "$.StreamEvent",
        "$.HttpStatusCode",
        "$.Successful",
        "$.CreatedAt",
        "$.choices[].message",
    ),
    order=30,
)
