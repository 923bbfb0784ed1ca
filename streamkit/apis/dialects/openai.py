"""OpenAI itself: no deviations from the API, recognised by its host only."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="openai",
    title="OpenAI",
    apis=("openai_chat", "openai_completions", "openai_responses"),
    headers=("openai-processing-ms",),
    lawful=("SEQ414",),
)
