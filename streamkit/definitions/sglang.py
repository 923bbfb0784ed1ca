"""SGLang 0.5.23 (`benchmark/serving.py`).

A token is a chunk with content or reasoning text; tool calls do not count, so a stream with only tool calls has a
TTFT of 0.0: that zero is the tool's own result. The end is the last line, including `[DONE]`. N is the usage, or else
the requested number of tokens. Per token (TPOT) is (end − TTFT)/(N − 1). Gaps (ITL) are those between token chunks.
"""

from __future__ import annotations

from streamkit.definitions import Answer, Chat, definition, differences


@definition("SGLang", "0.5.23")
def answer(chat: Chat) -> Answer:
    """Return the numbers of SGLang's benchmark."""
    tokens = chat.having(lambda line: line.content or line.reasoning)
    first = tokens[0].at if tokens else 0
    end = chat.lines[-1].at if chat.lines else None
    missing: dict[str, str] = {}
    count, source = (chat.reported, "usage") if chat.reported else (chat.requested, "requested max_tokens")
    if count is None:
        missing["tokens"] = "unknown-max-tokens"
    per_token = None
    if end is None:
        missing.update(end_ns="no-token", per_token_ns="no-token")
    elif count is None or count < 2:
        missing["per_token_ns"] = missing.get("tokens", "one-token")
    else:
        per_token = (end - first) / (count - 1)
    return Answer(
        ttft=first,
        end=end,
        tokens=count,
        tokens_source=source if count is not None else "",
        per_token=per_token,
        gaps=differences(tokens),
        missing=missing,
    )
