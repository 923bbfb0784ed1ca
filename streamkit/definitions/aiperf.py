"""AIPerf 0.13 with `--use-server-token-count`, for chat, completions, Responses, Anthropic Messages and TGI.

Source: AIPerf 0.13.0 (`aiperf/transports/sse_utils.py`, lines 118-200; `common/models/record_models.py`, 690-815;
`endpoints/openai_chat.py`, `openai_completions.py`, `openai_responses.py`, `anthropic_messages.py`,
`huggingface_generate.py`; `metrics/types/*.py`), read in November 2026.

Parsing: only if the content type is `text/event-stream`. Messages end with `\\n\\n`, or with `\\r\\n\\r\\n` if there is no `\\n\\n`.
The space after a colon is optional; comments, other fields and data that is not JSON are ignored. The rest of the body after
the last blank line is read as well. `event: error` fails the request.

Chat: a token is a chunk whose `object` is `chat.completion.chunk`, with content, reasoning, or a name or arguments of a tool
call; legacy function calls are not tokens. TTFT is the first such chunk and the end (request latency) is the last, without
usage and `[DONE]`. N is the last usage. Per token (inter-token latency) is (end − TTFT)/(N − 1) if N is two or more. Gaps
(inter-chunk latency) are between token chunks. Additional numbers are the time to second token, measured from the first, and
the time to first output token, the first chunk with content or tool text. A request without a token, or with a broken
connection, is an error record and is excluded. Completions: chunks with text. Responses: deltas of output text, reasoning
text and arguments, and the event that repeats the whole text (`response.output_text.done`), which therefore ends the request.
Anthropic: deltas of text, thinking and tool input. TGI: tokens with text, without usage.
"""

from __future__ import annotations

from typing import Any

from streamkit.definitions import (
    Chat,
    ParsedEvent,
    ToolMetrics,
    definition,
    gaps_between,
    nothing,
    sse_messages,
    tokens_in,
    usual_metrics,
)

_APIS = ("openai_chat", "openai_completions", "openai_responses", "anthropic_messages", "tgi")


@definition("AIPerf", "0.13.0", reads=dict.fromkeys(_APIS, sse_messages), bad_json="skipped")
def compute(chat: Chat) -> ToolMetrics:
    """Return AIPerf's numbers."""
    kinds = [(line, _kind(chat, line)) for line in chat.lines if line.chunk is not None]
    tokens = [line for line, kind in kinds if kind]
    output = [line for line, kind in kinds if kind == "output"]
    if not tokens:
        return nothing("no-token")
    also: dict[str, float] = {}
    if len(tokens) > 1:
        also["time_to_second_token_ns"] = tokens[1].at - tokens[0].at
    if output:
        also["time_to_first_output_token_ns"] = output[0].at
    count = _count(chat)
    counted = (count, "usage", "" if count is not None else "no-usage")
    return usual_metrics(tokens[0], tokens[-1].at, counted, gaps_between(tokens), also)


def _kind(chat: Chat, line: ParsedEvent) -> str:
    """Return what a chunk contains: "output", "reasoning" or ""."""
    chunk = line.chunk or {}
    if chat.api == "openai_responses":
        return _event_kind(chunk)
    if chat.api == "anthropic_messages":
        return _block_kind(chunk)
    if chat.api == "tgi":
        token = chunk.get("token")
        return "output" if isinstance(token, dict) and token.get("text") else ""
    if chat.api == "openai_completions":
        choice = chat.choice_of(line) if chunk.get("object") in ("completion", "text_completion") else None
        return "output" if choice and choice.get("text") else ""
    if chunk.get("object") != "chat.completion.chunk" or chat.choice_of(line) is None:
        return ""
    if line.content or line.tools:
        return "output"
    return "reasoning" if line.reasoning else ""


def _event_kind(chunk: dict[str, Any]) -> str:
    kind = chunk.get("type")
    if kind == "response.output_text.done":
        return "output" if chunk.get("text") else ""
    if kind in ("response.output_text.delta", "response.function_call_arguments.delta"):
        return "output" if chunk.get("delta") else ""
    return "reasoning" if kind == "response.reasoning_text.delta" and chunk.get("delta") else ""


def _block_kind(chunk: dict[str, Any]) -> str:
    delta = chunk.get("delta")
    if chunk.get("type") != "content_block_delta" or not isinstance(delta, dict):
        return ""
    if (delta.get("type") == "text_delta" and delta.get("text")) or (
        delta.get("type") == "input_json_delta" and delta.get("partial_json")
    ):
        return "output"
    return "reasoning" if delta.get("type") == "thinking_delta" and delta.get("thinking") else ""


def _count(chat: Chat) -> int | None:
    """Return the output tokens of the last usage that is not empty."""
    found: Any = None
    for line in chat.lines:
        chunk = line.chunk or {}
        usage = chunk.get("usage")
        if chat.api == "openai_responses":
            response = chunk.get("response") if chunk.get("type") == "response.completed" else None
            usage = response.get("usage") if isinstance(response, dict) else None
        elif chat.api == "anthropic_messages" and chunk.get("type") == "message_start":
            response = chunk.get("message")
            usage = response.get("usage") if isinstance(response, dict) else None
        found = usage or found
    return tokens_in(found, "completion_tokens", "output_tokens")
