"""Cerebras: `time_info` with the server's timings, and no finish reason before the last chunk."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="cerebras",
    title="Cerebras",
    apis=("openai_chat",),
    source="measured",
    chunk_keys=("time_info",),
    lawful=("SSE120",),
    extra_fields=("$.time_info", "$.choices[].delta.reasoning"),
    order=40,
)
