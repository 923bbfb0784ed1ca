"""Azure OpenAI: a first chunk with only the prompt's filter results, filter results in the choices, and, with the
asynchronous filter, chunks without a delta."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="azure",
    title="Azure OpenAI",
    apis=("openai_chat", "openai_completions", "openai_responses"),
    source="measured",
    chunk_keys=("prompt_filter_results", "prompt_annotations"),
    choice_keys=("content_filter_results", "content_filter_offsets", "content_filter_result", "messages"),
    headers=("x-ms-region", "apim-request-id", "azureml-model-session"),
    lawful=("SCH303", "SCH305", "SCH331", "SCH332", "SEQ404", "SEQ420"),
    extra_fields=(
        "$.prompt_filter_results",
        "$.prompt_annotations",
        "$.choices[].content_filter_results",
        "$.choices[].content_filter_offsets",
        "$.choices[].content_filter_result",
        "$.choices[].messages",
    ),
    order=40,
)
