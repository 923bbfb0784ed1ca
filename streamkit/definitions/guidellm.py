"""GuideLLM 0.8, for chat, completions and Responses.

Source: GuideLLM 0.8.1 (`guidellm/backends/openai/http.py`, lines 349-420; `backends/openai/request_handlers.py`, 184-210,
349-367, 688-770, 1280-1362 and 2101-2320; `schemas/base/request_stats.py`), read in November 2026.

Parsing: lines are those of httpx, which end at `\\n`, `\\r\\n`, `\\r` and every other Unicode line boundary, so an unescaped
U+2028 in a string fails the request. Lines that start with `data:`, with or without a space, must contain JSON, or the
request fails; other lines are ignored. Reading stops at `[DONE]` (Responses: at the terminal event).

Chat: a token is a chunk with content, reasoning or a tool call, whatever its content; legacy function calls are not tokens.
TTFT is the first. The end is `[DONE]`, or else the end of the body, by the wall clock. N is the last usage, or else the number
of token chunks. Per token (TPOT) is (last token − request)/N, which includes the time to the first; its ITL, (last token −
first token)/(N − 1), is one of the additional numbers. Gaps are not stored. A stream that reports an error, or without text,
tool calls or output tokens, is a failed request. Completions: chunks with text. Responses: deltas of output text and of
reasoning summaries (not of reasoning text), and the events of function calls.
"""

from __future__ import annotations

from typing import Any

from streamkit.definitions import Chat, ParsedEvent, ToolMetrics, definition, nothing, tokens_in, unicode_lines

_ENDS = ("response.completed", "response.failed", "response.incomplete")


@definition(
    "GuideLLM",
    "0.8.1",
    reads=dict.fromkeys(("openai_chat", "openai_completions", "openai_responses"), unicode_lines),
)
def compute(chat: Chat) -> ToolMetrics:
    """Return GuideLLM's numbers."""
    read = {"openai_completions": _completion, "openai_responses": _event}.get(chat.api, _delta)
    tokens: list[ParsedEvent] = []
    output: list[ParsedEvent] = []
    usage: Any = None
    end, has_text = chat.close, False
    for line in chat.lines:
        chunk = line.chunk
        if chunk is None or (chat.api == "openai_responses" and chunk.get("type") in _ENDS):
            end = line.at
            response = (chunk or {}).get("response")
            usage = (response.get("usage") if isinstance(response, dict) else None) or usage
            if (
                chunk is not None
                and chunk.get("type") == "response.failed"
                and isinstance(response, dict)
                and response.get("error")
            ):
                return nothing("error-chunk")
            break
        if chunk.get("error"):
            return nothing("error-chunk")
        kind, text = read(chat, line)
        has_text = has_text or text
        tokens += [line] if kind else []
        output += [line] if kind == "output" else []
        usage = (chunk.get("usage") if chat.api != "openai_responses" else None) or usage
    else:
        if chat.trouble is not None:
            raise chat.trouble
    count, source = (_reported(usage), "usage") if usage else (len(tokens) or None, "chunks")
    if not has_text and (not usage or not count):
        return nothing("no-output")
    return _metrics(tokens, output, end, (count, source))


def _metrics(
    tokens: list[ParsedEvent], output: list[ParsedEvent], end: int | None, counted: tuple[int | None, str]
) -> ToolMetrics:
    count, source = counted
    missing = {"gaps_ns": "not-defined"}
    also: dict[str, float] = {}
    if end is None:
        missing["end_ns"] = "no-end-time"
    if not tokens:
        missing["ttft_ns"] = "no-token"
    if count is None:
        missing["tokens"] = "no-token"
    if output:
        also["time_to_first_output_token_ns"] = output[0].at
    if tokens and count is not None and count > 1:
        also["inter_token_latency_ns"] = (tokens[-1].at - tokens[0].at) / (count - 1)
    last = tokens[-1].at if tokens else end
    if not count or last is None:
        missing["per_token_ns"] = "no-token"
    return ToolMetrics(
        ttft=tokens[0].at if tokens else None,
        end=end,
        tokens=count,
        tokens_source=source if count is not None else "",
        per_token=last / count if count and last is not None else None,
        gaps=None,
        also=also,
        missing=missing,
    )


def _reported(usage: Any) -> int:
    """Return its count of output tokens, 0 if the usage has none."""
    for field, key in (("completion_tokens_details", "completion_tokens"), ("output_tokens_details", "text_tokens")):
        details = usage.get(field) if isinstance(usage, dict) else None
        if count := tokens_in(details, key):
            return count
    return tokens_in(usage, "completion_tokens", "output_tokens") or 0


def _delta(chat: Chat, line: ParsedEvent) -> tuple[str, bool]:
    """Return what a chat chunk contains ("output", "reasoning" or ""), and whether it has text or a tool call."""
    choice = chat.choice_of(line)
    delta = choice.get("delta", {}) if choice is not None else {}
    if not isinstance(delta, dict):
        chat.fail("unexpected-shape", line, "`delta` is not an object")
    content = chat.text_of(line, delta.get("content"))
    calls = delta.get("tool_calls") or []
    if not isinstance(calls, list) or not all(isinstance(call, dict) and "index" in call for call in calls):
        chat.fail("unexpected-shape", line, "a tool call without `index`")
    if content or calls:
        return "output", bool(content.strip() or calls)
    return ("reasoning" if delta.get("reasoning") or delta.get("reasoning_content") else ""), False


def _completion(chat: Chat, line: ParsedEvent) -> tuple[str, bool]:
    choice = chat.choice_of(line)
    text = chat.text_of(line, choice.get("text")) if choice is not None else ""
    return ("output" if text else ""), bool(text.strip())


def _event(chat: Chat, line: ParsedEvent) -> tuple[str, bool]:
    chunk = line.chunk or {}
    kind, item = chunk.get("type"), chunk.get("item")
    if kind == "response.output_text.delta":
        text = chat.text_of(line, chunk.get("delta"))
        return ("output" if text else ""), bool(text.strip())
    if kind == "response.reasoning_summary_text.delta":
        return ("reasoning" if chunk.get("delta") else ""), False
    if kind == "response.output_item.added" and isinstance(item, dict) and item.get("type") == "function_call":
        return "output", True
    arguments = kind in ("response.function_call_arguments.delta", "response.function_call_arguments.done")
    return ("output" if arguments else ""), False
