"""Foundry Local: `delta` and `message` together, fields of its own beside the chunk, ids that differ."""

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
