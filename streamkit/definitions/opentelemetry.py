"""OpenTelemetry's semantic conventions for generative AI clients (`docs/gen-ai/gen-ai-metrics.md`, 2026).

TTFT is `gen_ai.client.operation.time_to_first_chunk`: the first chunk, whatever its content. The end is
`gen_ai.client.operation.duration`. Gaps are `gen_ai.client.operation.time_per_output_chunk`: one per chunk after the
first. N is `gen_ai.client.token.usage`: the usage of the stream; without it, the number must not be reported unless
it is counted offline. A time per token is not defined for clients.
"""

from __future__ import annotations

from streamkit.definitions import Chat, ToolMetrics, definition, gaps_between


@definition("OpenTelemetry", "2026", apis=(), cut="")
def compute(chat: Chat) -> ToolMetrics:
    """Return the numbers that an instrumented client reports."""
    chunks = chat.having(lambda line: line.chunk is not None)
    usage = chat.stream.usage
    tokens = usage.output if usage else None
    missing = {"per_token_ns": "not-defined"}
    if not chunks:
        missing.update(ttft_ns="no-token", gaps_ns="no-token")
    if chat.close is None:
        missing["end_ns"] = "no-end-time"
    if tokens is None:
        missing["tokens"] = "no-usage"
    return ToolMetrics(
        ttft=chunks[0].at if chunks else None,
        end=chat.close,
        tokens=tokens,
        tokens_source="usage" if tokens is not None else "",
        per_token=None,
        gaps=gaps_between(chunks) if chunks else None,
        missing=missing,
    )
