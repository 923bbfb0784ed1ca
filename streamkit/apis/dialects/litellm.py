"""LiteLLM's proxy: its own headers; otherwise it passes on what its providers send."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="litellm",
    title="LiteLLM proxy",
    apis=("openai_chat", "openai_completions", "openai_responses", "anthropic_messages"),
    chunk_keys=("citations_litellm",),
    delta_keys=("provider_specific_fields", "thinking_blocks"),
    headers=("x-litellm-",),
    lawful=(),
    extra_fields=(
        "$.choices[].delta.provider_specific_fields",
        "$.choices[].delta.reasoning_content",
        "$.choices[].delta.thinking_blocks",
        "$.stream_options",
    ),
    order=35,
)
