"""SGLang's benchmark 0.5, for chat and completions.

Source: SGLang 0.5.23 (`sglang/benchmark/serving.py`, lines 149-155, 290-406 and 408-610), read in November 2026.

Parsing: lines end with `\\n` and are stripped, so `\\r\\n` works. After removing `data: `, including the space, a line must be
JSON or `[DONE]`. Any other line (`data:{`, a comment, `event:`, `id:`) fails the request.

Chat: a token is a chunk with content or reasoning text. Tool calls are not tokens: a stream with tool calls alone has a TTFT
of 0.0, as the tool itself reports. The end is the last line, including `[DONE]`. N is the usage, or else the requested number
of tokens. Per token (TPOT) is (end − TTFT)/(N − 1). Gaps (ITL) are between token chunks. An error reported in the stream does
not fail the request. Completions: a token is a chunk with text, usage is read on these chunks only, and a chunk without
choices, such as a usage chunk, fails the request.
"""

from __future__ import annotations

from typing import Any

from streamkit.definitions import (
    Chat,
    ParsedEvent,
    ToolMetrics,
    definition,
    fed_lines,
    gaps_between,
    nothing,
    tokens_in,
)


@definition("SGLang", "0.5.23", reads={"openai_chat": fed_lines, "openai_completions": fed_lines})
def compute(chat: Chat) -> ToolMetrics:
    """Return the numbers of SGLang's benchmark."""
    if not chat.lines and chat.trouble is None and chat.as_wired:
        return nothing("no-line")
    read = _completion if chat.api == "openai_completions" else _delta
    tokens: list[ParsedEvent] = []
    count, source = chat.requested, "requested max_tokens"
    for line in chat.lines:
        if line.chunk is None:
            continue
        text, usage = read(chat, line)
        if "completion_tokens" in usage:
            count, source = tokens_in(usage), "usage"
        if text:
            tokens.append(line)
    return _metrics(chat, tokens, count, source)


def _metrics(chat: Chat, tokens: list[ParsedEvent], count: int | None, source: str) -> ToolMetrics:
    first = tokens[0].at if tokens else 0
    end = chat.lines[-1].at if chat.lines else None
    missing: dict[str, str] = {}
    if count is None:
        missing["tokens"] = "no-usage" if source == "usage" else "unknown-max-tokens"
    per_token = None
    if end is None:
        missing.update(end_ns="no-token", per_token_ns="no-token")
    elif count is None or count < 2:
        missing["per_token_ns"] = missing.get("tokens", "one-token")
    else:
        per_token = (end - first) / (count - 1)
    return ToolMetrics(
        ttft=first,
        end=end,
        tokens=count,
        tokens_source=source if count is not None else "",
        per_token=per_token,
        gaps=gaps_between(tokens),
        missing=missing,
    )


def _delta(chat: Chat, line: ParsedEvent) -> tuple[str, dict[str, Any]]:
    """The text of a chat chunk, and its usage."""
    choice = chat.choice_of(line) or {}
    delta = choice.get("delta") or {}
    if not isinstance(delta, dict):
        chat.fail("unexpected-shape", line, "`delta` is not an object")
    reasoning = delta.get("reasoning_content") or delta.get("reasoning")
    return chat.text_of(line, reasoning) + chat.text_of(line, delta.get("content")), _usage(chat, line)


def _completion(chat: Chat, line: ParsedEvent) -> tuple[str, dict[str, Any]]:
    """The text of a completions chunk, and its usage where it has text."""
    choice = chat.choice_of(line)
    if choice is None:
        chat.fail("choices-empty", line, "no `choices`")
    if "text" not in choice:
        chat.fail("unexpected-shape", line, "no `text`")
    text = chat.text_of(line, choice["text"])
    return text, _usage(chat, line) if text else {}


def _usage(chat: Chat, line: ParsedEvent) -> dict[str, Any]:
    usage = (line.chunk or {}).get("usage") or {}
    if not isinstance(usage, dict):
        chat.fail("unexpected-shape", line, "`usage` is not an object")
    return usage
