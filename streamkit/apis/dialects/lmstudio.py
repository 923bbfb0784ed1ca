"""LM Studio: its own statistics, and reasoning next to the content."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="lmstudio",
    title="LM Studio",
    apis=("openai_chat", "openai_completions", "openai_responses"),
    chunk_keys=("stats", "runtime", "model_info"),
    lawful=(),
    extra_fields=(
        "$.stats",
        "$.runtime",
        "$.model_info",
        "$.choices[].delta.reasoning_content",
        "$.choices[].delta.reasoning",
    ),
    order=55,
)
