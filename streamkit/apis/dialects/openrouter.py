"""OpenRouter: comments while it waits, the role in every chunk, two finish chunks, usage with costs, and errors inside
choices."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="openrouter",
    title="OpenRouter",
    apis=("openai_chat", "openai_completions", "openai_responses", "anthropic_messages"),
    source="measured",
    choice_keys=("native_finish_reason",),
    usage_keys=("is_byok", "cost_details"),
    id_prefixes=("gen-",),
    comments=("OPENROUTER PROCESSING",),
    lawful=("SSE108", "SSE112", "SSE123", "SCH306", "SCH315", "SEQ402", "SEQ411"),
    extra_fields=(
        "$.provider",
        "$.choices[].native_finish_reason",
        "$.choices[].error",
        "$.choices[].delta.reasoning",
        "$.choices[].delta.reasoning_details",
        "$.choices[].delta.annotations",
        "$.choices[].delta.images",
        "$.usage.cost",
        "$.usage.cost_details",
        "$.usage.is_byok",
    ),
    order=20,
)
