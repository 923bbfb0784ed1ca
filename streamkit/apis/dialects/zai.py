"""Z.ai: the role in every chunk, no finish reason before the last chunk, and reasoning next to the content."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="zai",
    title="Z.ai (Zhipu)",
    apis=("openai_chat", "anthropic_messages"),
    source="measured",
    chunk_keys=("web_search",),
    model_prefixes=("glm-",),
    lawful=("SEQ402",),
    extra_fields=("$.web_search", "$.choices[].delta.reasoning_content"),
    order=50,
)
