"""Mistral: OpenAI's chat API, with content in parts (thinking, references), whole tool calls without index or type, and
padding in `p`."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="mistral",
    title="Mistral AI",
    apis=("openai_chat", "mistral_conversations"),
    source="measured",
    delta_keys=("index",),
    model_prefixes=(
        "mistral-",
        "ministral-",
        "magistral-",
        "codestral-",
        "devstral-",
        "open-mistral",
        "open-mixtral",
        "open-codestral",
        "pixtral-",
        "voxtral-",
    ),
    headers=("mistral-correlation-id",),
    lawful=("SCH309", "SCH312", "SCH314", "SCH315"),
    extra_fields=("$.p", "$.choices[].delta.index", "$.choices[].delta.prefix", "$.usage.service_tier"),
    order=45,
)
