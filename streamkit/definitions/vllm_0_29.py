"""vLLM's benchmark up to 0.29, for chat and completions.

Read in vLLM 0.29.0 (`vllm/benchmarks/lib/endpoint_request_func.py`, lines 23-63 and 343-436), November 2026.

How it reads: every read is stripped of whitespace and added to a buffer; a message ends at an empty line (`\\n\\n`), or where
the buffer begins with `data: ` and is JSON as a whole. A message is JSON after its `data: `, space included, is `[DONE]`, or
begins with a colon and is skipped whole; anything else (`data:{`, an `event:` line, a comment behind data) fails the request. A comment that comes
in a read of its own loses its empty line and blocks the buffer: nothing after it is seen. With `\\r\\n` it sees the events
that come in reads of their own, and nothing after two that come together.

Chat: every chunk with choices counts, the role chunk and the finish chunk too. TTFT is the first of them, which with most
servers is the role; without any it is 0.0, the tool's own answer. The end is the last event that is not `[DONE]`, the usage
chunk included. N is the usage of a chunk without choices (on a chunk with choices it is not read), else the content tokenized
again. Per token (TPOT) is (end − TTFT)/(N − 1). Gaps (ITL) are the time from the event before, one for each chunk with choices
after the first. Completions: the end is the last chunk with choices, and a stream without any is failed.
"""

from __future__ import annotations

from streamkit.definitions import (
    Answer,
    Chat,
    choices_read,
    completions_read,
    definition,
    measured,
    stripped_messages,
)


@definition("vLLM", "<=0.29", reads={"openai_chat": stripped_messages, "openai_completions": stripped_messages})
def answer(chat: Chat) -> Answer:
    """What vLLM's benchmark said."""
    if chat.api == "openai_completions":
        return measured(chat, completions_read)
    return measured(chat, choices_read, every=True)
