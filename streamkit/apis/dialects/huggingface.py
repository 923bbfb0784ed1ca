"""Hugging Face: TGI's OpenAI-compatible API, whose fingerprint is its version; an empty id, and chat chunks labelled
`text_completion`."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="huggingface",
    title="Hugging Face (TGI and inference providers)",
    apis=("openai_chat", "openai_completions"),
    source="measured",
    fingerprint_prefixes=("1.4.", "2.0.", "2.1.", "2.2.", "2.3.", "2.4.", "3.0.", "3.1.", "3.2.", "3.3."),
    headers=("x-inference-provider",),
    lawful=("SCH303", "SCH332", "SEQ402", "SSE120", "USG502"),
    extra_fields=(),
    order=50,
)
