"""DeepInfra: usage with an estimated cost."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="deepinfra",
    title="DeepInfra",
    apis=("openai_chat", "openai_completions"),
    usage_keys=("estimated_cost",),
    lawful=(),
    extra_fields=("$.usage.estimated_cost", "$.choices[].delta.reasoning_content"),
    order=55,
)
