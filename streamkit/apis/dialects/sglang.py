"""SGLang: `matched_stop`, a null role in every chunk, and usage in every chunk on request."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="sglang",
    title="SGLang",
    apis=("openai_chat", "openai_completions"),
    source="measured",
    choice_keys=("matched_stop",),
    lawful=("USG502",),
    extra_fields=("$.choices[].matched_stop", "$.choices[].delta.reasoning_content"),
    order=55,
)
