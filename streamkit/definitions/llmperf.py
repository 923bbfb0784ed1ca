"""llmperf (ray-project, commit f1d6bed, 2024-12), for chat; it has no releases and is no longer maintained.

Source: `llmperf/ray_clients/openai_chat_completions_client.py`, lines 56-100, read in November 2026.

Parsing: lines are those of `requests`, which end at `\\n`, `\\r\\n` or `\\r`. The first six characters of every line are removed,
whatever they are, and the rest must be JSON or `[DONE]`, or the request fails: `data:{` loses its brace, and comments and
`event:` lines are not JSON.

A token is a chunk with content. TTFT is the first. The end is the end of the body. N is a Llama tokenizer's count of the
content. Per token (inter-token latency) is the sum of TTFT and all gaps divided by the number of data lines without `[DONE]`:
role, finish and usage lines count too, so it is (last token − request)/lines. Gaps are summed but not stored. A chunk without
choices, such as a usage chunk, and one that reports an error fail the request; a TTFT measured before is kept.
"""

from __future__ import annotations

from streamkit.definitions import (
    Chat,
    ParsedEvent,
    ToolMetrics,
    Unreadable,
    definition,
    nothing,
    sliced_lines,
    tokenizer,
)


@definition("llmperf", "f1d6bed", reads={"openai_chat": sliced_lines})
def compute(chat: Chat) -> ToolMetrics:
    """Return llmperf's numbers."""
    tokens: list[ParsedEvent] = []
    texts: list[str] = []
    lines = [line for line in chat.lines if line.chunk is not None]
    try:
        for line in lines:
            if text := _content(chat, line):
                tokens.append(line)
                texts.append(text)
        if chat.trouble is not None:
            raise chat.trouble
    except Unreadable as trouble:
        return nothing(trouble.code, ttft=tokens[0].at if tokens else 0, fails=trouble.detail)
    count, source, why = tokenizer(chat, texts)
    missing = {"gaps_ns": "not-defined"}
    if count is None:
        missing["tokens"] = why
    if chat.close is None:
        missing["end_ns"] = "no-end-time"
    if not tokens:
        missing["per_token_ns"] = "no-token"
    return ToolMetrics(
        # The tool itself reports 0 if no token came.
        ttft=tokens[0].at if tokens else 0,
        end=chat.close,
        tokens=count,
        tokens_source=source,
        per_token=tokens[-1].at / len(lines) if tokens else None,
        gaps=None,
        missing=missing,
    )


def _content(chat: Chat, line: ParsedEvent) -> str:
    chunk = line.chunk or {}
    if "error" in chunk:
        chat.fail("error-chunk", line, "`error`")
    choice = chat.choice_of(line)
    if choice is None:
        chat.fail("choices-empty", line, "no `choices`")
    if not isinstance(choice.get("delta"), dict):
        chat.fail("unexpected-shape", line, "no `delta`")
    return chat.text_of(line, choice["delta"].get("content"))
