"""Ollama's OpenAI-compatible API: the fingerprint `fp_ollama`, and reasoning next to the content."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="ollama-compat",
    title="Ollama (OpenAI-compatible)",
    apis=("openai_chat", "openai_completions"),
    fingerprint_prefixes=("fp_ollama",),
    lawful=("SEQ402",),
    extra_fields=("$.choices[].delta.reasoning",),
    order=45,
)
