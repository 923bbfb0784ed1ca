"""Fireworks: id, type and name in every fragment of a tool call."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="fireworks",
    title="Fireworks AI",
    apis=("openai_chat", "openai_completions"),
    model_prefixes=("accounts/",),
    headers=("fireworks-",),
    lawful=("SEQ433", "SEQ435"),
    extra_fields=("$.choices[].delta.reasoning_content", "$.perf_metrics", "$.choices[].token_ids"),
    order=45,
)
