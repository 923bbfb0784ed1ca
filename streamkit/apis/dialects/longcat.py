"""LongCat: no space after `data:`."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="longcat",
    title="LongCat",
    apis=("openai_chat",),
    model_prefixes=("LongCat-",),
    lawful=("SSE107",),
    extra_fields=("$.choices[].delta.reasoning_content", "$.lastOne"),
    order=50,
)
