"""A stream of OpenAI Chat chunks as benchmark tools read it: the first choice of every chunk, in order.

None of the tools checks `choices[0].index`, so it is not checked here either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from streamkit.frozen import dataclass
from streamkit.model.measurement import TokenCounter
from streamkit.model.message import MAX_COUNT
from streamkit.model.stream import Stream


@dataclass(frozen=True, slots=True)
class Line:
    """An event with data: its arrival time (ns) and its chunk, which is None for `[DONE]`."""

    at: int
    chunk: dict[str, Any] | None

    @property
    def choice(self) -> dict[str, Any] | None:
        """The first choice, or None if the chunk has no choices."""
        choices = self.chunk.get("choices") if self.chunk else None
        return choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else None

    @property
    def delta(self) -> dict[str, Any]:
        """The delta of the first choice, or {} if there is none."""
        delta = (self.choice or {}).get("delta")
        return delta if isinstance(delta, dict) else {}

    @property
    def content(self) -> str:
        """The answer text."""
        return _text(self.delta, "content")

    @property
    def reasoning(self) -> str:
        """The reasoning text, under either name."""
        return _text(self.delta, "reasoning_content") or _text(self.delta, "reasoning")

    @property
    def tools(self) -> bool:
        """Whether the delta contains a name or arguments of a tool call."""
        calls = self.delta.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict) and (function.get("name") or function.get("arguments")):
                return True
        return False

    @property
    def function(self) -> bool:
        """Whether the delta contains a piece of a legacy function call."""
        return bool(self.delta.get("function_call"))


class Chat:
    """The lines of one stream, its end, its usage, and an optional tokenizer. The request is at time 0."""

    def __init__(self, stream: Stream, counter: TokenCounter | None = None) -> None:
        self.stream = stream
        self.counter = counter

    @cached_property
    def untimed(self) -> str:
        """Why times since the request are unknown, or "" if they are known."""
        if not self.stream.exchange.timed:
            return "no-times"
        return "no-request-time" if self.stream.exchange.began_at is None else ""

    @cached_property
    def lines(self) -> list[Line]:
        """Every event with data, in order. Without measured times, all are at 0, and the answer has no times."""
        stream, began = self.stream, self.stream.exchange.began_at or 0
        chunks = dict(zip(stream.chunk_events, stream.chunks, strict=True))
        marks = [(event, chunks.get(event)) for event in sorted({*chunks, *stream.done})]
        return [Line((stream.times[event] or began) - began, chunk) for event, chunk in marks]

    @property
    def close(self) -> int | None:
        """When the body ended (ns), or None if the recorder did not see it."""
        end, began = self.stream.exchange.end, self.stream.exchange.began_at or 0
        return end.at - began if end and end.at is not None else None

    @cached_property
    def usage(self) -> dict[str, Any] | None:
        """The last usage object of the stream."""
        found = None
        for line in self.lines:
            told = line.chunk.get("usage") if line.chunk else None
            found = told if isinstance(told, dict) else found
        return found

    @property
    def reported(self) -> int | None:
        """The output tokens of the last usage."""
        count = (self.usage or {}).get("completion_tokens")
        return count if type(count) is int and abs(count) <= MAX_COUNT else None

    @property
    def requested(self) -> int | None:
        """The maximum number of tokens in the request."""
        request = self.stream.exchange.request
        body = request.body.json if request and request.body else None
        for key in ("max_completion_tokens", "max_tokens"):
            count = body.get(key) if isinstance(body, dict) else None
            if type(count) is int and abs(count) <= MAX_COUNT:
                return count
        return None

    @property
    def error(self) -> bool:
        """Whether a chunk reports that the stream failed."""
        return any(line.chunk is not None and line.chunk.get("error") for line in self.lines)

    @property
    def source(self) -> str:
        """The name of the tokenizer as a source of counts."""
        return f"tokenizer {self.counter.name}" if self.counter else ""

    def having(self, wanted: Callable[[Line], Any]) -> list[Line]:
        """Return the lines for which `wanted` is true."""
        return [line for line in self.lines if wanted(line)]

    def counted(self, texts: Iterable[str]) -> int | None:
        """Return the tokenizer's count of these texts joined, or None without a tokenizer."""
        return self.counter.count("".join(texts)) if self.counter else None


def differences(lines: Sequence[Line]) -> list[int]:
    """Return the time between each line and the next (ns)."""
    return [later.at - earlier.at for earlier, later in pairwise(lines)]


def _text(delta: dict[str, Any], key: str) -> str:
    value = delta.get(key)
    return value if isinstance(value, str) else ""
