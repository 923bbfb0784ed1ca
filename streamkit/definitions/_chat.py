"""One stream of OpenAI Chat chunks as the benchmark tools look at it: the first choice of every chunk, one after another.

None of the tools looks at `choices[0].index`, so neither does this.
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
    """One event with data: when it came (ns), and its chunk; `[DONE]` has none."""

    at: int
    chunk: dict[str, Any] | None

    @property
    def choice(self) -> dict[str, Any] | None:
        """The first choice, or None where the chunk has no choices."""
        choices = self.chunk.get("choices") if self.chunk else None
        return choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else None

    @property
    def delta(self) -> dict[str, Any]:
        """What the first choice adds; empty where there is none."""
        delta = (self.choice or {}).get("delta")
        return delta if isinstance(delta, dict) else {}

    @property
    def content(self) -> str:
        """Answer text."""
        return _text(self.delta, "content")

    @property
    def reasoning(self) -> str:
        """Reasoning text, under either name."""
        return _text(self.delta, "reasoning_content") or _text(self.delta, "reasoning")

    @property
    def tools(self) -> bool:
        """Whether it holds a name or arguments of a tool call."""
        calls = self.delta.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict) and (function.get("name") or function.get("arguments")):
                return True
        return False

    @property
    def function(self) -> bool:
        """Whether it holds a piece of the old kind of function call."""
        return bool(self.delta.get("function_call"))


class Chat:
    """The lines of one stream, its end, its usage, and a tokenizer where one was named. The request is at 0."""

    def __init__(self, stream: Stream, counter: TokenCounter | None = None) -> None:
        self.stream = stream
        self.counter = counter

    @cached_property
    def untimed(self) -> str:
        """Why times since the request are not known; empty where they are."""
        if not self.stream.exchange.timed:
            return "no-times"
        return "no-request-time" if self.stream.exchange.began_at is None else ""

    @cached_property
    def lines(self) -> list[Line]:
        """Every event with data, in order. Without measured times all are at 0, and the answer tells no times."""
        stream, began = self.stream, self.stream.exchange.began_at or 0
        chunks = dict(zip(stream.chunk_events, stream.chunks, strict=True))
        marks = [(event, chunks.get(event)) for event in sorted({*chunks, *stream.done})]
        return [Line((stream.times[event] or began) - began, chunk) for event, chunk in marks]

    @property
    def close(self) -> int | None:
        """When the body ended (ns), None where the recorder did not see it."""
        end, began = self.stream.exchange.end, self.stream.exchange.began_at or 0
        return end.at - began if end and end.at is not None else None

    @cached_property
    def usage(self) -> dict[str, Any] | None:
        """The last usage of the stream, as it stands there."""
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
        """The number of tokens that the request asked for at most."""
        request = self.stream.exchange.request
        body = request.body.json if request and request.body else None
        for key in ("max_completion_tokens", "max_tokens"):
            count = body.get(key) if isinstance(body, dict) else None
            if type(count) is int and abs(count) <= MAX_COUNT:
                return count
        return None

    @property
    def error(self) -> bool:
        """Whether a chunk says that the stream failed."""
        return any(line.chunk is not None and line.chunk.get("error") for line in self.lines)

    @property
    def source(self) -> str:
        """The name of the tokenizer as a source of counts."""
        return f"tokenizer {self.counter.name}" if self.counter else ""

    def having(self, wanted: Callable[[Line], Any]) -> list[Line]:
        """The lines for which `wanted` holds."""
        return [line for line in self.lines if wanted(line)]

    def counted(self, texts: Iterable[str]) -> int | None:
        """What the tokenizer counts in these texts joined; None without one."""
        return self.counter.count("".join(texts)) if self.counter else None


def differences(lines: Sequence[Line]) -> list[int]:
    """The time from each line to the next."""
    return [later.at - earlier.at for earlier, later in pairwise(lines)]


def _text(delta: dict[str, Any], key: str) -> str:
    value = delta.get(key)
    return value if isinstance(value, str) else ""
