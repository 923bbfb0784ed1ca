"""AI21: chunks without `object`, `created` and `model`."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="ai21",
    title="AI21 Labs",
    apis=("openai_chat",),
    source="measured",
    model_prefixes=("jamba",),
    lawful=("SCH301",),
    extra_fields=("$.meta",),
    order=50,
)
