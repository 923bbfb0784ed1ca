"""GuideLLM 0.8 (`schemas/base/request_stats.py`, `backends/openai/request_handlers.py`).

A token is a chunk with content, reasoning or a tool call. TTFT is the first. The end is the time at which the stream
closed, by the wall clock. N is the last usage, or else the number of token chunks. Per token (TPOT) is (last token −
request)/N, including the time to the first token; its ITL, (last token − first token)/(N − 1), is one of the
additional numbers. Gaps are not stored. A stream that reports an error is a failed request.
"""

from __future__ import annotations

from streamkit.definitions import Answer, Chat, definition, nothing


@definition("GuideLLM", "0.8")
def answer(chat: Chat) -> Answer:
    """Return GuideLLM's numbers."""
    if chat.error:
        return nothing("error-chunk")
    tokens = chat.having(lambda line: line.content or line.reasoning or line.tools or line.function)
    output = chat.having(lambda line: line.content or line.tools or line.function)
    count, source = (chat.reported, "usage") if chat.reported is not None else (len(tokens), "chunks")
    missing = {"gaps_ns": "not-defined"}
    also: dict[str, float] = {}
    if chat.close is None:
        missing["end_ns"] = "no-end-time"
    if not tokens:
        missing.update(ttft_ns="no-token", per_token_ns="no-token")
        return Answer(ttft=None, end=chat.close, tokens=count, tokens_source=source, missing=missing)
    if output:
        also["time_to_first_output_token_ns"] = output[0].at
    if count > 1:
        also["inter_token_latency_ns"] = (tokens[-1].at - tokens[0].at) / (count - 1)
    if not count:
        missing["per_token_ns"] = "no-token"
    per_token = tokens[-1].at / count if count else None
    return Answer(
        ttft=tokens[0].at,
        end=chat.close,
        tokens=count,
        tokens_source=source,
        per_token=per_token,
        gaps=None,
        also=also,
        missing=missing,
    )
