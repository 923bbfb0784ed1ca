"""AIPerf 0.13 (`metrics/types/*.py`, `endpoints/openai_chat.py`), with `--use-server-token-count`.

A token is a chunk with content, reasoning, or a name or arguments of a tool call; a legacy function call does not
count. TTFT is the first such chunk, the end (request latency) the last one, so usage and `[DONE]` are not included. N
is the last usage. Per token (inter-token latency) is (end − TTFT)/(N − 1) for N of two or more. Gaps (inter-chunk
latency) are those between token chunks. Also: time to second token, counted from the first; time to first output
token, the first chunk with content or tool text. A request whose connection broke is recorded as an error and
excluded.
"""

from __future__ import annotations

from streamkit.definitions import Answer, Chat, definition, differences, spread


@definition("AIPerf", "0.13")
def answer(chat: Chat) -> Answer:
    """Return AIPerf's numbers."""
    tokens = chat.having(lambda line: line.content or line.reasoning or line.tools)
    output = chat.having(lambda line: line.content or line.tools)
    also: dict[str, float] = {}
    if len(tokens) > 1:
        also["time_to_second_token_ns"] = tokens[1].at - tokens[0].at
    if output:
        also["time_to_first_output_token_ns"] = output[0].at
    counted = (chat.reported, "usage", "" if chat.reported is not None else "no-usage")
    first, last = (tokens[0], tokens[-1].at) if tokens else (None, None)
    return spread(first, last, counted, differences(tokens), also)
