"""NVIDIA's NIM: what its model's server sends, at a host of its own."""

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
