"""GenAI-Perf (perf_analyzer, commit 263c5f6e, 2025-12; `profile_data_parser/llm_profile_data_parser.py`), followed by AIPerf.

A token is a chunk with content. TTFT is the first, the end (request latency) the last. N is a tokenizer's count of
the content. Per token (inter-token latency) is (end − TTFT)/(N − 1), rounded to whole nanoseconds. Gaps are used in
its plots only. Also: time to second token, counted from the first. A request without content is dropped.
"""

from __future__ import annotations

from dataclasses import replace

from streamkit.definitions import Answer, Chat, definition, nothing, spread, tokenizer


@definition("GenAI-Perf", "263c5f6e")
def answer(chat: Chat) -> Answer:
    """Return GenAI-Perf's numbers."""
    tokens = chat.having(lambda line: line.content)
    if not tokens:
        return nothing("no-content")
    counted = tokenizer(chat, [line.content for line in tokens])
    also: dict[str, float] = {}
    if len(tokens) > 1:
        also["time_to_second_token_ns"] = tokens[1].at - tokens[0].at
    message = spread(tokens[0], tokens[-1].at, counted, None, also)
    per_token = None if message.per_token is None else float(round(message.per_token))
    return replace(message, per_token=per_token, missing={**message.missing, "gaps_ns": "not-defined"})
