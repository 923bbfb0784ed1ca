"""Perplexity: usage, citations and the role in every chunk, the whole message next to the delta, and
`chat.completion.done` at the end."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="perplexity",
    title="Perplexity",
    apis=("openai_chat",),
    source="measured",
    chunk_keys=("search_results",),
    usage_keys=("search_context_size", "citation_tokens", "num_search_queries"),
    model_prefixes=("sonar", "r1-1776"),
    lawful=("SCH303", "SCH322", "SEQ402", "SSE120", "USG502"),
    extra_fields=(
        "$.citations",
        "$.search_results",
        "$.images",
        "$.related_questions",
        "$.choices[].message",
        "$.usage.cost",
        "$.usage.search_context_size",
    ),
    order=40,
)
