"""The loops of vLLM's benchmark that its versions share; each decides which chunks it counts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from streamkit.definitions._chat import Chat, ParsedEvent, tokens_in
from streamkit.definitions._definition import ToolMetrics, nothing
from streamkit.definitions._parts import usage_or_tokenizer, usual_metrics

# The text of a line, or None if the line does not count.
CountedText = Callable[[Chat, ParsedEvent], str | None]

_RESPONSES_TOKENS = ("response.output_text.delta", "response.reasoning_text.delta")
_RESPONSES_ENDS = ("response.completed", "response.incomplete")
_RESPONSES_ERRORS = ("error", "response.failed")


def vllm_metrics(chat: Chat, counts: CountedText, *, every: bool = False) -> ToolMetrics:
    """TTFT is the first line that counts, the end is the last one or, with `every`, the last event. Usage is read only from
    lines that do not count. Without a line that counts, the request is failed; with `every`, its TTFT is 0."""
    first: ParsedEvent | None = None
    end, reported = 0, None
    gaps: list[float] = []
    texts: list[str] = []
    for line in chat.lines:
        if line.chunk is None:
            continue
        text = counts(chat, line)
        if text is not None:
            texts.append(text)
            gaps += [] if first is None else [line.at - end]
            first = first or line
        elif usage := line.chunk.get("usage"):
            if not isinstance(usage, dict):
                chat.fail("unexpected-shape", line, "`usage` is not an object")
            reported = tokens_in(usage)
        if every or text is not None:
            end = line.at
    if first is None and not every:
        return nothing("no-token")
    return usual_metrics(first or ParsedEvent(0, None), end, usage_or_tokenizer(chat, reported, texts), gaps)


def choices_read(chat: Chat, line: ParsedEvent) -> str | None:
    """OpenAI Chat up to 0.32: every chunk with choices counts."""
    choice = chat.choice_of(line)
    if choice is None:
        return None
    if not isinstance(choice.get("delta"), dict):
        chat.fail("unexpected-shape", line, "no `delta`")
    return chat.text_of(line, choice["delta"].get("content"))


def completions_read(chat: Chat, line: ParsedEvent) -> str | None:
    """OpenAI Completions: every chunk with choices counts."""
    choice = chat.choice_of(line)
    return None if choice is None else chat.text_of(line, choice.get("text"))


def responses_read(chat: Chat) -> ToolMetrics:
    """OpenAI Responses: deltas of output and reasoning text count; a stream without its terminal event is failed."""
    tokens: list[ParsedEvent] = []
    texts: list[str] = []
    reported, error, ended = None, False, False
    for line in chat.lines:
        chunk = line.chunk or {}
        kind = chunk.get("type")
        if kind in _RESPONSES_TOKENS:
            tokens.append(line)
            if kind == _RESPONSES_TOKENS[0]:
                texts.append(chat.text_of(line, chunk.get("delta")))
        elif kind in _RESPONSES_ENDS:
            ended = True
            count = tokens_in((chunk.get("response") or {}).get("usage"), "output_tokens")
            reported = reported if count is None else count
        elif kind in _RESPONSES_ERRORS or chunk.get("error"):
            error = True
    if error:
        return nothing("error-chunk")
    if not tokens:
        return nothing("no-token")
    if not ended:
        return nothing("no-terminal")
    gaps = [later.at - earlier.at for earlier, later in pairwise(tokens)]
    return usual_metrics(tokens[0], tokens[-1].at, usage_or_tokenizer(chat, reported, texts), gaps)
