"""MiniMax: the name in every fragment of a tool call, and the state of its own filters."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="minimax",
    title="MiniMax",
    apis=("openai_chat", "anthropic_messages"),
    chunk_keys=("base_resp", "input_sensitive", "output_sensitive"),
    model_prefixes=("MiniMax-", "abab"),
    lawful=("SEQ433", "SEQ435"),
    extra_fields=(
        "$.base_resp",
        "$.input_sensitive",
        "$.output_sensitive",
        "$.input_sensitive_type",
        "$.output_sensitive_type",
        "$.output_sensitive_int",
        "$.choices[].delta.name",
        "$.choices[].delta.audio_content",
        "$.choices[].delta.reasoning_content",
        "$.choices[].delta.reasoning_details",
    ),
    order=40,
)
