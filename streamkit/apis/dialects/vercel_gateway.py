"""Vercel's AI Gateway: costs in the usage, routing details in the provider metadata, and a generation id."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="vercel-gateway",
    title="Vercel AI Gateway",
    apis=("openai_chat",),
    source="measured",
    chunk_keys=("generationId",),
    usage_keys=("market_cost",),
    extra_fields=(
        "$.generationId",
        "$.choices[].delta.provider_metadata",
        "$.usage.cost",
        "$.usage.cost_details",
        "$.usage.is_byok",
        "$.usage.market_cost",
        "$.usage.cache_creation_input_tokens",
    ),
    order=15,
)
