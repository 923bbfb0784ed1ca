"""DeepSeek: reasoning next to the content, which is null meanwhile; usage with cache hits in the finish chunk."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="deepseek",
    title="DeepSeek",
    apis=("openai_chat", "openai_completions", "anthropic_messages"),
    source="measured",
    usage_keys=("prompt_cache_hit_tokens", "prompt_cache_miss_tokens"),
    model_prefixes=("deepseek-chat", "deepseek-reasoner"),
    lawful=("SSE108",),
    extra_fields=(
        "$.choices[].delta.reasoning_content",
        "$.choices[].logprobs.reasoning_content",
        "$.usage.prompt_cache_hit_tokens",
        "$.usage.prompt_cache_miss_tokens",
    ),
    order=45,
)
