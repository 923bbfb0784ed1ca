"""vLLM's benchmark up to 0.29, for chat and completions.

Source: vLLM 0.29.0 (`vllm/benchmarks/lib/endpoint_request_func.py`, lines 23-63 and 343-436), read in November 2026.

Parsing: whitespace is stripped from every read, which is then appended to a buffer. A message ends at a blank line (`\\n\\n`),
or as soon as the buffer starts with `data: ` and is valid JSON as a whole. After removing `data: `, including the space, a
message must be JSON or `[DONE]`; a message that starts with a colon is skipped entirely. Anything else fails the request:
`data:{` without the space, an `event:` line, a comment after the data. A comment that arrives in its own read loses its
blank line and blocks the buffer, so that later events are lost. With `\\r\\n` line ends, events are seen only until two of
them arrive in one read.

Chat: every chunk with choices counts, including the role chunk and the finish chunk. TTFT is the first of them, which with
most servers is the role chunk; without any it is 0.0, as the tool itself reports. The end is the last event other than
`[DONE]`, including the usage chunk. N is the usage of a chunk without choices (usage on other chunks is ignored), or else a
tokenizer's count of the content. Per token (TPOT) is (end − TTFT)/(N − 1). Gaps (ITL) are measured from the previous event,
one for each chunk with choices after the first. Completions: the end is the last chunk with choices, and a stream without
any counts as failed.
"""

from __future__ import annotations

from streamkit.definitions import (
    Chat,
    ToolMetrics,
    choices_read,
    completions_read,
    definition,
    stripped_messages,
    vllm_metrics,
)


@definition("vLLM", "<=0.29", reads={"openai_chat": stripped_messages, "openai_completions": stripped_messages})
def compute(chat: Chat) -> ToolMetrics:
    """Return the numbers of vLLM's benchmark."""
    if chat.api == "openai_completions":
        return vllm_metrics(chat, completions_read)
    return vllm_metrics(chat, choices_read, every=True)
