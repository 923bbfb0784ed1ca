"""inference-perf 0.7.0 (kubernetes-sigs), for chat, completions and Anthropic Messages.

Source: inference-perf 0.7.0 (`inference_perf/apis/streaming_parser.py`, lines 76-110; `apis/chat.py`, 564-590;
`apis/completion.py`, 74-99; `apis/anthropic_messages.py`, 190-260; `reportgen/base.py`, 575-674), read in November 2026.

Parsing: blocks end with `\\n\\n`, and of their lines only those that start with `data:` are read. After removing `data: `,
including the space, a line that is not JSON is skipped silently, so `data:{` is lost. With `\\r\\n`, the default of
sse-starlette, no block ever ends: the tool finds no token, and counts the request as a success. A last event without a blank
line is lost.

A token is a chunk with content; reasoning is not. N is a tokenizer's count of the content. TTFT is the first chunk with
content, and exists only with more than one token. The end is the end of the body. Per token (TPOT) is (last token − first
token)/(N − 1). Its normalized form (NTPOT), end/N, is one of the additional numbers; it exists for a single token too, and is
0.0 without any, as the tool itself reports. For the gaps (ITL) each chunk counts as many times as it has tokens, all at the
chunk's time, so tokens of one chunk have gaps of zero. A stream cut by a broken connection is measured up to there.
Anthropic: N is the usage, or else a tokenizer's count; there are no token times, because the report looks for them in
`choices`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from streamkit.definitions import Chat, ParsedEvent, ToolMetrics, data_lines_of_blocks, definition, tokenizer, tokens_in


@definition(
    "inference-perf",
    "0.7.0",
    cut="",
    bad_json="skipped",
    reads=dict.fromkeys(("openai_chat", "openai_completions", "anthropic_messages"), data_lines_of_blocks),
)
def compute(chat: Chat) -> ToolMetrics:
    """Return inference-perf's numbers."""
    read = {"openai_completions": _completion, "anthropic_messages": _block}.get(chat.api, _delta)
    texts = [(line, text) for line in chat.lines if line.chunk is not None and (text := read(chat, line))]
    count, source, why = _counted(chat, [text for _, text in texts])
    missing: dict[str, str] = {}
    also: dict[str, float] = {}
    if chat.close is None:
        missing["end_ns"] = "no-end-time"
    elif count is not None:
        also["normalized_time_per_output_token_ns"] = chat.close / count if count > 0 else 0.0
    if count is None:
        missing["tokens"] = why
    times = _token_times(chat, texts)
    per_token = gaps = None
    if len(times) > 1:
        gaps = [later - earlier for earlier, later in pairwise(times)]
        if count is not None and count > 1:
            per_token = (times[-1] - times[0]) / (count - 1)
        else:
            missing["per_token_ns"] = why or "one-token"
    else:
        reason = "no-token-times" if chat.api == "anthropic_messages" else ""
        reason = reason or ("no-token" if not texts else why or "one-token")
        missing.update(ttft_ns=reason, per_token_ns=reason, gaps_ns=reason)
    return ToolMetrics(
        ttft=times[0] if gaps is not None else None,
        end=chat.close,
        tokens=count,
        tokens_source=source if count is not None else "",
        per_token=per_token,
        gaps=gaps,
        also=also,
        missing=missing,
    )


def _counted(chat: Chat, texts: list[str]) -> tuple[int | None, str, str]:
    usage: dict[str, Any] = {}
    if chat.api == "anthropic_messages":
        for line in chat.lines:
            message = (line.chunk or {}).get("message")
            for counts in (
                (line.chunk or {}).get("usage"),
                message.get("usage") if isinstance(message, dict) else None,
            ):
                if isinstance(counts, dict):
                    usage |= counts
                    break
    reported = tokens_in(usage, "output_tokens")
    return (reported, "usage", "") if reported is not None else tokenizer(chat, texts)


def _token_times(chat: Chat, texts: list[tuple[ParsedEvent, str]]) -> list[int]:
    """When each token came. A count that a tokenizer gives is of text that is there, so that it bounds the list."""
    if chat.counter is None or chat.api == "anthropic_messages":
        return []
    return [line.at for line, text in texts for _ in range(chat.counter.count(text))]


def _delta(chat: Chat, line: ParsedEvent) -> str:
    choice = _choice(chat, line)
    delta = choice.get("delta", {})
    if not isinstance(delta, dict):
        chat.fail("unexpected-shape", line, "`delta` is not an object")
    return chat.text_of(line, delta.get("content"))


def _completion(chat: Chat, line: ParsedEvent) -> str:
    return chat.text_of(line, _choice(chat, line).get("text"))


def _choice(chat: Chat, line: ParsedEvent) -> dict[str, Any]:
    choices = (line.chunk or {}).get("choices", [{}])
    if choices == []:
        return {}
    if not isinstance(choices, list) or not isinstance(choices[0], dict):
        chat.fail("unexpected-shape", line, "`choices` is not a list of objects")
    return choices[0]


def _block(_: Chat, line: ParsedEvent) -> str:
    chunk = line.chunk or {}
    kind, block, delta = chunk.get("type"), chunk.get("content_block"), chunk.get("delta")
    if kind == "content_block_start" and isinstance(block, dict) and block.get("type") == "text":
        return str(block.get("text") or "")
    if kind == "content_block_delta" and isinstance(delta, dict) and delta.get("type") == "text_delta":
        return str(delta.get("text") or "")
    return ""
