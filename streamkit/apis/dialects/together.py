"""Together: token ids and a text next to the deltas, and the role in every chunk."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="together",
    title="Together AI",
    apis=("openai_chat", "openai_completions"),
    choice_keys=("seed",),
    lawful=("SCH316", "SEQ402"),
    extra_fields=("$.choices[].text", "$.choices[].seed", "$.choices[].delta.token_id", "$.prompt", "$.warnings"),
    order=50,
)
