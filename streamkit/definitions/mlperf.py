"""MLPerf Inference, LoadGen (mlcommons/inference commit b66003e1; `logging.cc`, `results.cc`).

LoadGen measures what the system under test reports: here the first chunk with content, reasoning or tool text
represents the first token, and the end of the body completion. N is the usage, as reported by the system. Per token
(TPOT) is (latency − first token)/(N − 1), truncated to whole nanoseconds; with one token or less it is an error. Gaps
are not defined.
"""

from __future__ import annotations

from streamkit.definitions import Chat, ToolMetrics, definition
from streamkit.model.message import TOKEN


@definition("MLPerf", "b66003e1", apis=(), cut="")
def compute(chat: Chat) -> ToolMetrics:
    """Return LoadGen's numbers for the times that this stream would report to it."""
    stream = chat.stream
    first = next((chunk for chunk, flag in enumerate(stream.flags) if flag & TOKEN), None)
    came = None if first is None else stream.time_of(first)
    ttft = None if came is None else came - (stream.exchange.began_at or 0)
    tokens = stream.usage.output if stream.usage else None
    missing = {"gaps_ns": "not-defined"}
    if ttft is None:
        missing["ttft_ns"] = "no-token"
    if chat.close is None:
        missing["end_ns"] = "no-end-time"
    if tokens is None:
        missing["tokens"] = "no-usage"
    per_token = None
    if ttft is None or chat.close is None or tokens is None or tokens < 2:
        missing["per_token_ns"] = next(
            (missing[key] for key in ("ttft_ns", "end_ns", "tokens") if key in missing), "one-token"
        )
    else:
        per_token = (chat.close - ttft) // (tokens - 1)
    return ToolMetrics(
        ttft=ttft,
        end=chat.close,
        tokens=tokens,
        tokens_source="usage" if tokens is not None else "",
        per_token=per_token,
        gaps=None,
        missing=missing,
    )
