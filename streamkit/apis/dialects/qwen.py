"""Qwen at DashScope: an empty id in all but the first fragment of a tool call, and one more delta that adds nothing."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="qwen",
    title="Qwen (DashScope)",
    apis=("openai_chat", "openai_completions"),
    source="measured",
    headers=("x-dashscope-",),
    model_prefixes=("qwen-", "qwen3-max", "qwen-plus", "qwen-turbo", "qwq-plus"),
    lawful=(),
    extra_fields=("$.choices[].delta.reasoning_content",),
    order=50,
)
