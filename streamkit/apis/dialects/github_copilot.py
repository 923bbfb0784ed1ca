"""GitHub Copilot and GitHub Models: Azure's filter results, additional usage, and output item ids that change."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="github-copilot",
    title="GitHub Copilot and GitHub Models",
    apis=("openai_chat", "openai_responses"),
    source="measured",
    chunk_keys=("copilot_usage", "copilot_references", "copilot_confirmations"),
    headers=("x-copilot-", "x-github-request-id"),
    lawful=("RSP808", "SCH303", "SCH331", "SCH332", "SEQ420"),
    extra_fields=(
        "$.copilot_usage",
        "$.copilot_references",
        "$.copilot_confirmations",
        "$.prompt_filter_results",
        "$.choices[].content_filter_results",
        "$.choices[].content_filter_offsets",
    ),
    order=35,
)
