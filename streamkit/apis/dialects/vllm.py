"""vLLM: token ids, stop reasons, and usage in every chunk on request."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="vllm",
    title="vLLM",
    apis=("openai_chat", "openai_completions", "openai_responses"),
    chunk_keys=("prompt_token_ids", "kv_transfer_params"),
    choice_keys=("token_ids", "stop_reason"),
    lawful=("USG502",),
    extra_fields=(
        "$.prompt_token_ids",
        "$.kv_transfer_params",
        "$.choices[].token_ids",
        "$.choices[].stop_reason",
        "$.choices[].delta.reasoning_content",
        "$.choices[].delta.reasoning",
    ),
    order=60,
)
