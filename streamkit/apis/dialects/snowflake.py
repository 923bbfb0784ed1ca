"""Snowflake Cortex: an empty id, a `created` of 0, the role in every chunk, and no finish reason at all (which is still
reported)."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="snowflake",
    title="Snowflake Cortex",
    apis=("openai_chat",),
    source="measured",
    delta_keys=("content_list",),
    lawful=("SCH331", "SCH332", "SEQ402"),
    extra_fields=("$.choices[].delta.content_list", "$.choices[].delta.type", "$.choices[].delta.text"),
    order=45,
)
