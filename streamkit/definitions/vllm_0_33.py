"""The benchmark of vLLM since 0.33 (`benchmarks/lib/endpoint_request_func.py`, `_choice_has_streamed_output`).

A token is a chunk with content, `reasoning`, tool calls or a function call, or with empty content and no role;
`reasoning_content` does not count. TTFT is the first, the end the last, and gaps (ITL) are those between them. N is
the last usage, or else the content tokenized again. Per token (TPOT) is (end − TTFT)/(N − 1).
"""

from __future__ import annotations

from streamkit.definitions import Answer, Chat, Line, definition, differences, spread, usage_or_tokenizer


@definition("vLLM", ">=0.33")
def answer(chat: Chat) -> Answer:
    """Return the numbers of vLLM's benchmark."""
    tokens = chat.having(_is_token)
    first, last = (tokens[0], tokens[-1].at) if tokens else (None, None)
    return spread(first, last, usage_or_tokenizer(chat), differences(tokens))


def _is_token(line: Line) -> bool:
    delta = line.delta
    if any(delta.get(key) for key in ("content", "reasoning", "tool_calls", "function_call")):
        return True
    return delta.get("content") == "" and not delta.get("role")
