"""llama.cpp's server: `timings`, and a fingerprint that names the build."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="llamacpp",
    title="llama.cpp server",
    apis=("openai_chat", "openai_completions"),
    source="measured",
    chunk_keys=("timings",),
    fingerprint_prefixes=("b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9"),
    lawful=(),
    extra_fields=("$.timings", "$.__verbose", "$.prompt_progress", "$.choices[].delta.reasoning_content"),
    order=50,
)
