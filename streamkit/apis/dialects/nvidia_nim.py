"""NVIDIA NIM: what the server of the model sends, at NVIDIA's host."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="nvidia-nim",
    title="NVIDIA NIM",
    apis=("openai_chat", "openai_completions"),
    headers=("nvcf-",),
    lawful=(),
    extra_fields=("$.choices[].delta.reasoning_content",),
    order=40,
)
