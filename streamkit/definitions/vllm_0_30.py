"""vLLM's benchmark from 0.30 to 0.32, for chat and completions, and from 0.31 on for Responses.

Source: vLLM 0.32.0 (`vllm/benchmarks/lib/endpoint_request_func.py`, lines 23-63, 372-470 and 532-646), compared with 0.30.0
and 0.31.0, read in November 2026.

As up to 0.29, except that the end is the last chunk with choices: the finish chunk counts, the usage chunk does not. A
stream without any chunk with choices counts as failed.

Responses: `event:` lines are accepted, and `data:` with or without a space. Deltas of output text and reasoning text count,
tool calls do not. N is the usage of the terminal event. A stream without that event, or with an error, counts as failed.
"""

from __future__ import annotations

from streamkit.definitions import (
    Chat,
    ToolMetrics,
    choices_read,
    completions_read,
    data_lines_of_messages,
    definition,
    responses_read,
    stripped_messages,
    vllm_metrics,
)


@definition(
    "vLLM",
    "0.30-0.32",
    reads={
        "openai_chat": stripped_messages,
        "openai_completions": stripped_messages,
        "openai_responses": data_lines_of_messages,
    },
)
def compute(chat: Chat) -> ToolMetrics:
    """Return the numbers of vLLM's benchmark."""
    if chat.api == "openai_responses":
        return responses_read(chat)
    return vllm_metrics(chat, completions_read if chat.api == "openai_completions" else choices_read)
