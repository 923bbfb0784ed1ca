"""Gemini's OpenAI-compatible API: tool calls without an index or all with index 0, `stop` after tool calls, and thought
signatures in `extra_content`."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="gemini-compat",
    title="Gemini (OpenAI-compatible)",
    apis=("openai_chat",),
    delta_keys=("extra_content",),
    model_prefixes=("gemini-", "models/gemini-", "google/gemini-"),
    lawful=("SCH312", "SEQ414", "USG503"),
    extra_fields=(
        "$.choices[].delta.extra_content",
        "$.choices[].delta.tool_calls[].extra_content",
        "$.usage.extra_properties",
    ),
    order=50,
)
