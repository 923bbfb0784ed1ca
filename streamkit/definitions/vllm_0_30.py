"""The benchmark of vLLM 0.30 to 0.32 (`benchmarks/lib/endpoint_request_func.py`).

The same as up to 0.29, except that the end is the last chunk with choices. The finish chunk counts, the usage chunk
does not.
"""

from __future__ import annotations

from streamkit.definitions import Answer, Chat, definition, differences, spread, usage_or_tokenizer


@definition("vLLM", "0.30-0.32")
def answer(chat: Chat) -> Answer:
    """Return the numbers of vLLM's benchmark."""
    chunks = chat.having(lambda line: line.choice is not None)
    first, last = (chunks[0], chunks[-1].at) if chunks else (None, None)
    return spread(first, last, usage_or_tokenizer(chat), differences(chunks))
