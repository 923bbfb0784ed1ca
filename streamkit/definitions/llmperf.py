"""llmperf (ray-project, commit f1d6bed, 2024-12; `ray_clients/openai_chat_completions_client.py`).

A token is a chunk with content. TTFT is the first. The end is the time at which the stream closed. N is a Llama
tokenizer's count of the content. Per token (inter-token latency) is the sum of TTFT and all gaps divided by the
number of data lines except `[DONE]`: role, finish and usage lines count too, so it is (last token − request)/lines.
Gaps are summed but not stored. A chunk without choices, such as a usage chunk, or one that reports an error makes the
request fail; a TTFT measured before that is kept.
"""

from __future__ import annotations

from streamkit.definitions import Answer, Chat, definition, nothing, tokenizer


@definition("llmperf", "f1d6bed")
def answer(chat: Chat) -> Answer:
    """Return llmperf's numbers."""
    tokens = chat.having(lambda line: line.content)
    lines = chat.having(lambda line: line.chunk is not None)
    # 0 is its own answer where no token came.
    first = tokens[0].at if tokens else 0
    if chat.error:
        return nothing("error-chunk", ttft=first)
    if any(line.choice is None for line in lines):
        return nothing("choices-empty", ttft=first)
    count, source, why = tokenizer(chat, [line.content for line in tokens])
    missing = {"gaps_ns": "not-defined"}
    if count is None:
        missing["tokens"] = why
    if chat.close is None:
        missing["end_ns"] = "no-end-time"
    if not tokens:
        missing["per_token_ns"] = "no-token"
    per_token = tokens[-1].at / len(lines) if tokens else None
    return Answer(
        ttft=first, end=chat.close, tokens=count, tokens_source=source, per_token=per_token, gaps=None, missing=missing
    )
