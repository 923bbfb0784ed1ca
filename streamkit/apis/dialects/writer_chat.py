"""Writer: `message` and `delta` side by side in each choice, the role in every chunk, and no `[DONE]`."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="writer-chat",
    title="Writer",
    apis=("openai_chat",),
    source="measured",
    choice_keys=("trace_details",),
    delta_keys=("graph_data", "llm_data"),
    model_prefixes=("palmyra-",),
    lawful=("SCH322", "SCH327", "SEQ402", "SSE120"),
    extra_fields=(
        "$.choices[].trace_details",
        "$.choices[].delta.graph_data",
        "$.choices[].delta.llm_data",
        "$.choices[].delta.image_data",
        "$.choices[].delta.translation_data",
        "$.choices[].delta.web_search_data",
    ),
    order=45,
)
