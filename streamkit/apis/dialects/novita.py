"""Novita: `sla_metrics`, the role in every chunk, and numbers next to the deltas."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="novita",
    title="Novita AI",
    apis=("openai_chat", "openai_completions"),
    source="measured",
    chunk_keys=("sla_metrics",),
    lawful=("SCH316", "SEQ402"),
    extra_fields=(
        "$.sla_metrics",
        "$.choices[].delta.token_id",
        "$.choices[].content_filter_results",
        "$.choices[].delta.reasoning_content",
    ),
    order=45,
)
