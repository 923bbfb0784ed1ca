"""vLLM's benchmark up to 0.29 (`benchmarks/lib/endpoint_request_func.py`).

Every chunk with choices counts, the role chunk and the finish chunk too. TTFT is the first of them, which with most servers
is the role. The end is the last event that is not `[DONE]`, the usage chunk included. N is the usage of a chunk without
choices, else the content tokenized again. Per token (TPOT) is (end − TTFT)/(N − 1). Gaps (ITL) are the time from the event
before, one for each chunk with choices after the first.
"""

from __future__ import annotations

from streamkit.definitions import Answer, Chat, definition, spread, usage_or_tokenizer


@definition("vLLM", "<=0.29")
def answer(chat: Chat) -> Answer:
    """What vLLM's benchmark said."""
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
