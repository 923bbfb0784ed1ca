"""The benchmark of vLLM up to 0.29 (`benchmarks/lib/endpoint_request_func.py`).

Every chunk with choices counts, including the role chunk and the finish chunk. TTFT is the first of them, which is
the role for most servers. The end is the last event other than `[DONE]`, including the usage chunk. N is the usage of
a chunk without choices, or else the content tokenized again. Per token (TPOT) is (end − TTFT)/(N − 1). Gaps (ITL) are
the times since the previous event, one per chunk with choices after the first.
"""

from __future__ import annotations

from streamkit.definitions import Answer, Chat, definition, spread, usage_or_tokenizer


@definition("vLLM", "<=0.29")
def answer(chat: Chat) -> Answer:
    """Return the numbers of vLLM's benchmark."""
    events = chat.having(lambda line: line.chunk is not None)
    first = None
    gaps: list[float] = []
    before = 0
    for line in events:
        if line.choice is not None:
            if first is None:
                first = line
            else:
                gaps.append(line.at - before)
        before = line.at
    return spread(first, events[-1].at if events else None, usage_or_tokenizer(chat), gaps)
