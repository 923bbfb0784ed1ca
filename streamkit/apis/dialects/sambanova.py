"""SambaNova: usage with its own timings and rates."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="sambanova",
    title="SambaNova",
    apis=("openai_chat",),
    usage_keys=("completion_tokens_after_first_per_sec", "time_to_first_token"),
    lawful=(),
    extra_fields=(
        "$.usage.completion_tokens_after_first_per_sec",
        "$.usage.time_to_first_token",
        "$.usage.total_latency",
        "$.usage.total_tokens_per_sec",
        "$.usage.is_last_response",
    ),
    order=45,
)
