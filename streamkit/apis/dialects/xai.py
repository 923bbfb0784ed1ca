"""xAI: reasoning next to the content, no finish reason before the last chunk, and a completion count that excludes
reasoning although the total includes it."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="xai",
    title="xAI",
    apis=("openai_chat", "openai_responses"),
    source="measured",
    chunk_keys=("debug_output",),
    usage_keys=("num_sources_used", "cost_in_usd_ticks"),
    model_prefixes=("grok-",),
    lawful=("SSE108", "USG503"),
    extra_fields=(
        "$.choices[].delta.reasoning_content",
        "$.citations",
        "$.usage.num_sources_used",
        "$.usage.cost_in_usd_ticks",
    ),
    order=45,
)
