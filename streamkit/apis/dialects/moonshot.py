"""Moonshot: chunks without `object`, usage inside the last choice, and reasoning next to the content."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="moonshot",
    title="Moonshot AI (Kimi)",
    apis=("openai_chat", "anthropic_messages"),
    source="measured",
    choice_keys=("usage",),
    model_prefixes=("kimi-", "moonshot-"),
    lawful=("SCH301", "ANT706"),
    extra_fields=("$.choices[].usage", "$.choices[].delta.reasoning_content", "$.usage.cached_tokens"),
    order=45,
)
