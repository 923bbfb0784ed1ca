"""The names of the GenAI semantic conventions of OpenTelemetry (repository semantic-conventions-genai, in development:
docs/gen-ai/gen-ai-metrics.md and gen-ai-spans.md, read in November 2026).

Everything here was measured by a client, so that no name of `gen_ai.server.*` is used.
"""

from __future__ import annotations

from typing import Any

from streamkit.reporters import Column, Row

TOKEN_USAGE = "gen_ai.client.token.usage"
TOKEN_TYPES = {"input_tokens": "input", "output_tokens": "output"}
_METRICS = {
    "operation_duration_ns": "gen_ai.client.operation.duration",
    "time_to_first_chunk_ns": "gen_ai.client.operation.time_to_first_chunk",
    "time_per_output_chunk_ns": "gen_ai.client.operation.time_per_output_chunk",
    **dict.fromkeys(TOKEN_TYPES, TOKEN_USAGE),
}
_OPERATIONS = {
    **dict.fromkeys(("a2a", "ag_ui", "langgraph"), "invoke_agent"),
    "gemini": "generate_content",
    "mcp": "",  # a call of a tool, or any other request
    "openai_completions": "text_completion",
    "tgi": "text_completion",
    "unknown": "",
}
_PROVIDERS_BY_DIALECT = {
    "anthropic": "anthropic",
    "azure": "azure.ai.openai",
    "deepseek": "deepseek",
    "gemini_compat": "gcp.gemini",
    "google_ai": "gcp.gemini",
    "groq": "groq",
    "mistral": "mistral_ai",
    "openai": "openai",
    "perplexity": "perplexity",
    "vertex": "gcp.vertex_ai",
    "watsonx_chat": "ibm.watsonx.ai",
    "xai": "x_ai",
}
# APIs of a single provider. For the others, the dialect identifies the provider, or nothing does.
_PROVIDERS_BY_API = {
    "bedrock_converse": "aws.bedrock",
    "bedrock_invoke": "aws.bedrock",
    "cohere": "cohere",
    "mistral_conversations": "mistral_ai",
    "watsonx": "ibm.watsonx.ai",
}
UNITS = {"ns": "s", "tokens": "{token}", "bytes": "By", "tokens/s": "{token}/s", "bytes/s": "By/s", "ratio": "1"}


def metric_name(column: Column) -> str:
    """Return the conventions' name of a metric, otherwise a name that begins with `streamkit.`."""
    return _METRICS.get(column.key, f"streamkit.{column.key.removesuffix('_ns')}")


def unit(column: Column) -> str:
    """Return the unit in UCUM, as the conventions require."""
    return UNITS.get(column.unit, "1")


def scaled(column: Column, value: float) -> float:
    """Return a value in the unit that `unit` names: times in seconds."""
    return value / 1e9 if column.unit == "ns" else value


def attributes(row: Row) -> dict[str, Any]:
    """Return the attributes of a stream that the conventions name; what is not known is left out."""
    dialect, api = row["dialect"] or "", row["api"]
    known = {
        "gen_ai.operation.name": _OPERATIONS.get(api, "chat"),
        "gen_ai.provider.name": _PROVIDERS_BY_DIALECT.get(dialect) or _PROVIDERS_BY_API.get(api) or dialect,
        "gen_ai.response.model": row["model"],
        "error.type": None if row["verdict"] == "complete" else row["verdict"],
    }
    return {name: value for name, value in known.items() if value}
