"""Cloudflare Workers AI, OpenAI-compatible: no role, no finish reason before the last chunk, model names under `@cf/`."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="cloudflare-chat",
    title="Cloudflare Workers AI (OpenAI-compatible)",
    apis=("openai_chat",),
    source="measured",
    model_prefixes=("@cf/", "@hf/"),
    lawful=("SEQ401",),
)
