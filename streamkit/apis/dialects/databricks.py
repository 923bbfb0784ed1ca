"""Databricks model serving: usage in every chunk."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="databricks",
    title="Databricks",
    apis=("openai_chat",),
    headers=("x-databricks-",),
    lawful=("USG502",),
    extra_fields=(),
    order=45,
)
