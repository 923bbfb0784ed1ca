"""The number of tokens of a stream: from its usage, its per-chunk usage, a tokenizer, or unknown, in this order.

Chunks are never counted as tokens, and every count has a source.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.frozen import dataclass
from streamkit.model.measurement import TokenCount, TokenCounter
from streamkit.model.message import TOKEN, USAGE
from streamkit.model.stream import Stream

# Usage and tokenizer may differ because of special tokens or the vocabulary; a larger difference gets a note.
DISAGREEMENT = 0.2

_TEXT_KINDS = frozenset({"text", "refusal", "reasoning", "tool"})


@dataclass(frozen=True, slots=True)
class Tokens:
    """A count with its source, or why there is none; `notes` are sentences on what contradicts it."""

    count: TokenCount | None = None
    missing: str = ""
    notes: tuple[str, ...] = ()


def count_tokens(stream: Stream, content: Sequence[int], counter: TokenCounter | None) -> Tokens:
    """Return the output tokens of a stream from the best source that it has."""
    reported, missing, notes = _reported(stream, content)
    if reported is not None:
        return Tokens(reported)
    if counter is not None and stream.api != "unknown":
        return Tokens(TokenCount(counter.count(added_text(stream, content)), f"tokenizer {counter.name}"), "", notes)
    return Tokens(None, missing, notes)


def disagreement(
    stream: Stream, content: Sequence[int], tokens: Tokens, counter: TokenCounter | None, hidden: int = 0
) -> tuple[str, ...]:
    """Return a sentence if usage and tokenizer differ by more than 20 %; empty if one of them is missing. `hidden` tokens
    are in the usage and in no chunk, so a tokenizer cannot count them."""
    if counter is None or tokens.count is None or "usage" not in tokens.count.source:
        return ()
    counted, message = counter.count(added_text(stream, content)), tokens.count.value - hidden
    if abs(counted - message) <= DISAGREEMENT * max(message, counted):
        return ()
    shown = " that chunks show" if hidden else ""
    return (f"usage says {message} output tokens{shown}, tokenizer {counter.name} counts {counted}",)


def added_text(stream: Stream, content: Sequence[int]) -> str:
    """Return all text that these chunks add (answer, reasoning and tool calls) as one text: separate texts have more tokens."""
    parts: dict[tuple[int, int, str], list[str]] = {}
    for chunk in content:
        for delta in stream.deltas(chunk):
            if delta.kind in _TEXT_KINDS:
                texts = parts.setdefault((delta.choice, delta.part, delta.kind), [])
                if delta.kind == "tool" and delta.name:
                    texts.append(delta.name)
                texts.append(delta.text)
    return "".join(text for texts in parts.values() for text in texts)


def _reported(stream: Stream, content: Sequence[int]) -> tuple[TokenCount | None, str, tuple[str, ...]]:
    """Return the count reported by the stream, or the reason why there is none or it cannot be correct."""
    usage = stream.usage
    if usage is None:
        return None, "no-usage", ()
    if usage.output is None:
        return None, "usage-without-output", ()
    if usage.output < 0 or (usage.output == 0 and content):
        note = f"usage says {usage.output} output tokens, and {len(content)} chunks carry content"
        return None, "usage-contradicts-content", (note,)
    last = _last_usage(stream)
    if last is None:
        return TokenCount(usage.output, "usage"), "", ()
    if content and last < content[-1]:
        # A count that was sent before the content ended includes only the content before it.
        note = f"usage says {usage.output} output tokens before the last content chunk, so it is not the total"
        return None, "usage-before-content", (note,)
    per_chunk = bool(stream.flags[last] & TOKEN) and not stream.terminal
    return TokenCount(usage.output, "per-chunk usage" if per_chunk else "usage"), "", ()


def _last_usage(stream: Stream) -> int | None:
    return next((chunk for chunk in range(len(stream.flags) - 1, -1, -1) if stream.flags[chunk] & USAGE), None)
