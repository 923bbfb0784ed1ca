"""Groq: `x_groq` in the first and the last chunk, usage with timings, reasoning and executed tools, and errors as
events."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="groq",
    title="Groq",
    apis=("openai_chat", "openai_responses"),
    source="measured",
    chunk_keys=("x_groq",),
    delta_keys=("executed_tools",),
    usage_keys=("queue_time",),
    headers=("x-groq-",),
    lawful=("SEQ401", "USG502"),
    extra_fields=(
        "$.x_groq",
        "$.choices[].delta.reasoning",
        "$.choices[].delta.channel",
        "$.choices[].delta.executed_tools",
        "$.usage.queue_time",
        "$.usage.prompt_time",
        "$.usage.completion_time",
        "$.usage.total_time",
    ),
    order=30,
)
