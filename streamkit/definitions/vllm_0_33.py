"""vLLM's benchmark from 0.33 on, for chat, completions and Responses.

Source: vLLM 0.33.0 (`vllm/benchmarks/lib/endpoint_request_func.py`, lines 23-63, 382-397 and 400-500), read in November 2026.

Parsing: as up to 0.32, but reads are no longer stripped, so a comment in its own read is harmless. `data:{` without a space,
an `event:` line and a comment after the data still fail the request. With `\\r\\n` line ends, events are still seen only until
two of them arrive in one read.

Chat: a token is a chunk with content, `reasoning`, tool calls or a function call, or with empty content and no role;
`reasoning_content` is not a token. TTFT is the first, the end is the last, and gaps (ITL) are between them. N is the usage of
a chunk that is not a token (usage on token chunks is ignored), or else a tokenizer's count of the content. Per token (TPOT)
is (end − TTFT)/(N − 1). A stream without a token counts as failed. Completions: every chunk with choices counts. Responses:
as from 0.31 on.
"""

from __future__ import annotations

from streamkit.definitions import (
    Chat,
    ParsedEvent,
    ToolMetrics,
    blank_line_messages,
    completions_read,
    data_lines_of_messages,
    definition,
    responses_read,
    vllm_metrics,
)


@definition(
    "vLLM",
    ">=0.33",
    reads={
        "openai_chat": blank_line_messages,
        "openai_completions": blank_line_messages,
        "openai_responses": data_lines_of_messages,
    },
)
def compute(chat: Chat) -> ToolMetrics:
    """Return the numbers of vLLM's benchmark."""
    if chat.api == "openai_responses":
        return responses_read(chat)
    return vllm_metrics(chat, completions_read if chat.api == "openai_completions" else _chat_read)


def _chat_read(chat: Chat, line: ParsedEvent) -> str | None:
    choice = chat.choice_of(line)
    delta = None if choice is None else choice.get("delta")
    if not isinstance(delta, dict):
        return None
    has_output = any(delta.get(key) for key in ("content", "reasoning", "tool_calls", "function_call"))
    if not has_output and not (delta.get("content") == "" and "role" not in delta):
        return None
    return chat.text_of(line, delta.get("content"))
