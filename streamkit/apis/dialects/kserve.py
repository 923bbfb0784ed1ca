"""KServe's OpenAI-compatible API: what its runtime sends, at `/openai/v1`, known by its headers."""

from streamkit.apis._dialect import Dialect

DIALECT = Dialect(
    name="kserve",
    title="KServe",
    apis=("openai_chat", "openai_completions"),
    headers=("x-kserve-",),
    lawful=(),
    extra_fields=(),
    order=60,
)
