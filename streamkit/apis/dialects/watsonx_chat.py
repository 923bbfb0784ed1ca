"""watsonx.ai's chat stream: `model_id` instead of `model`, and the creation time as text next to the number."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="watsonx-chat",
    title="IBM watsonx.ai chat",
    apis=("openai_chat",),
    chunk_keys=("model_id", "model_version"),
    lawful=("SCH301",),
    extra_fields=("$.model_id", "$.model_version", "$.created_at", "$.system"),
    order=45,
)
