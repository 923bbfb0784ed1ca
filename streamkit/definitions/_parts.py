"""Steps shared by several tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streamkit.definitions._chat import Chat, ParsedEvent
from streamkit.definitions._definition import ToolMetrics


def usage_or_tokenizer(chat: Chat, reported: int | None, texts: Sequence[str]) -> tuple[int | None, str, str]:
    """Return N from the usage or, if that is missing or 0, from a tokenizer: the count, its source, or the reason for none."""
    return (reported, "usage", "") if reported else tokenizer(chat, texts)


def tokenizer(chat: Chat, texts: Sequence[str]) -> tuple[int | None, str, str]:
    """Return a tokenizer's count of these texts joined: the count, its source, or the reason for none."""
    count = chat.counted(texts)
    return count, chat.source, "" if count is not None else "no-tokenizer"


def usual_metrics(
    first: ParsedEvent | None,
    end: float | None,
    counted: tuple[int | None, str, str],
    gaps: Sequence[float] | None,
    also: Mapping[str, float] | None = None,
) -> ToolMetrics:
    """Return the usual metrics: TTFT is the first line, per token is (end − TTFT)/(N − 1); missing fields have a reason."""
    tokens, source, why = counted
    missing: dict[str, str] = {}
    if first is None:
        missing.update(ttft_ns="no-token", gaps_ns="no-token")
    if end is None:
        missing["end_ns"] = "no-token" if first is None else "no-end-time"
    if tokens is None:
        missing["tokens"] = why
    per_token = None
    if first is not None and end is not None and tokens is not None and tokens > 1:
        per_token = (end - first.at) / (tokens - 1)
    else:
        missing["per_token_ns"] = (
            "no-token" if first is None else why or "one-token" if end is not None else "no-end-time"
        )
    return ToolMetrics(
        ttft=first.at if first else None,
        end=end,
        tokens=tokens,
        tokens_source=source if tokens is not None else "",
        per_token=per_token,
        gaps=gaps if first else None,
        also=also or {},
        missing=missing,
    )
