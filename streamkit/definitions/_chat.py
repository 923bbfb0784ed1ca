"""One stream as read by a benchmark tool: its lines, as split by the tool's own parser, and the first choice of each of
OpenAI's chunks.

None of the tools checks `choices[0].index`, so it is not checked here either.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, NoReturn

from streamkit.definitions._wire import PayloadReader, Unreadable, Wire
from streamkit.frozen import dataclass
from streamkit.model.measurement import TokenCounter
from streamkit.model.message import MAX_COUNT
from streamkit.model.stream import Stream

# What a tool does with a payload that is not JSON: counts the request as failed, skips the payload, or parses it later.
BadJson = Literal["fails", "skipped", "kept"]

# Characters of a line that a reason quotes.
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """One event with data: when it arrived (ns), and its chunk; `[DONE]` has none. `payload` is the text that the tool parsed, empty
    if the stream was not read by the tool's parser."""

    at: int
    chunk: dict[str, Any] | None
    payload: str = ""

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


class SharedChunks:
    """What all tools share for one stream: its chunks by their JSON text, and whether they belong to several choices."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    @cached_property
    def chunks(self) -> dict[str, dict[str, Any]]:
        """The chunks by the text of their events, except those that are not strict JSON."""
        stream, odd = self.stream, {one.event for one in self.stream.broken}
        events = zip(stream.chunk_events, stream.chunks, strict=True)
        return {stream.events.data[event].decode(): chunk for event, chunk in events if event not in odd}

    @cached_property
    def several(self) -> bool:
        """Whether the chunks belong to more than one choice."""
        first: int | None = None
        for chunk in self.stream.chunks:
            choices = chunk.get("choices")
            for choice in choices if isinstance(choices, list) else ():
                index = choice.get("index") if isinstance(choice, dict) else None
                if type(index) is int and first not in (None, index):
                    return True
                first = index if type(index) is int else first
        return False


class Chat:
    """The lines of one stream, its end, its usage, and the tokenizer if one was chosen. Times are relative to the request.

    `reads` is the tool's parser. Without one, or if a log did not keep the framing of the wire, the lines are those of a
    parser that follows the standard. `trouble` is why the tool's own code would raise, and on which line; earlier lines
    are available.
    """

    def __init__(
        self,
        stream: Stream,
        counter: TokenCounter | None = None,
        reads: PayloadReader | None = None,
        bad_json: BadJson = "fails",
        known: SharedChunks | None = None,
    ) -> None:
        self.stream = stream
        self.known = SharedChunks(stream) if known is None else known
        self.counter = counter
        self.reads = reads
        self.bad_json = bad_json
        self.trouble: Unreadable | None = None
        self.lines: list[ParsedEvent] = list(self._read() if self.as_wired else self._events())

    @property
    def api(self) -> str:
        """The API of the stream."""
        return self.stream.api

    @property
    def as_wired(self) -> bool:
        """Whether the lines were split by the tool's own parser."""
        return self.reads is not None and self.stream.framed and self.stream.framing == "sse"

    @property
    def untimed(self) -> str:
        """Why times since the request are unknown, or "" if they are known."""
        if not self.stream.exchange.frames_timed:
            return "no-times"
        return "no-request-time" if self.stream.exchange.began_at is None else ""

    def _events(self) -> Iterator[ParsedEvent]:
        """Yield every event with data, in order. If times were not measured, all are 0, and the metrics contain no times."""
        stream, began = self.stream, self.stream.exchange.began_at or 0
        chunks = dict(zip(stream.chunk_events, stream.chunks, strict=True))
        for event in sorted({*chunks, *stream.done}):
            yield ParsedEvent((stream.times[event] or began) - began, chunks.get(event))

    def _read(self) -> Iterator[ParsedEvent]:
        """Yield the lines that the tool's parser reads from the frames. Each payload other than `[DONE]` must be a JSON object."""
        exchange, began = self.stream.exchange, self.stream.exchange.began_at or 0
        frames = [((at or began) - began, data) for at, data in self._reads()]
        closed = self.close if self.close is not None else frames[-1][0] if frames else 0
        wire = Wire(frames, closed, exchange.content_type, self.known.chunks)
        assert self.reads is not None
        try:
            for at, payload in self.reads(wire):
                if payload == "[DONE]" or self.bad_json == "kept":
                    yield ParsedEvent(at, None, payload)
                elif (chunk := self._parsed(wire, payload)) is not None:
                    yield ParsedEvent(at, chunk, payload)
        except Unreadable as trouble:
            self.trouble = trouble

    def _reads(self) -> Iterator[tuple[int | None, bytes]]:
        """Yield the body in the frames in which it arrived or, if that is unknown, one event at a time."""
        if self.stream.exchange.frames_timed:
            yield from ((frame.at, frame.data) for frame in self.stream.exchange.frames)
            return
        body, starts = self.stream.exchange.frames.body, self.stream.events.starts
        for start, end in pairwise((0, *starts[1:], len(body))):
            yield None, body[start:end]

    def _parsed(self, wire: Wire, payload: str) -> dict[str, Any] | None:
        try:
            chunk = wire.parsed(payload)
        except (ValueError, RecursionError) as fault:
            if self.bad_json == "skipped":
                return None
            raise Unreadable("not-json", f"{_excerpt(payload)!r}: {fault}") from fault
        if not isinstance(chunk, dict):
            raise Unreadable("unexpected-shape", f"{_excerpt(payload)!r} is not an object")
        return chunk

    def choice_of(self, line: ParsedEvent) -> dict[str, Any] | None:
        """Return the first choice, as `choices[0]` in the tool's code, or None if the chunk has no choices. Raises `Unreadable` if
        reading its fields would raise in the tool."""
        choices = (line.chunk or {}).get("choices")
        if not choices:
            return None
        if not isinstance(choices, list) or not isinstance(choices[0], dict):
            self.fail("unexpected-shape", line, "`choices` is not a list of objects")
        return choices[0]

    def text_of(self, line: ParsedEvent, value: Any) -> str:
        """Return a text that the tool concatenates; "" for false values. Raises `Unreadable` if it is not a text."""
        if value and not isinstance(value, str):
            self.fail("unexpected-shape", line, "a text is not a string")
        return value or ""

    def fail(self, code: str, line: ParsedEvent, detail: str) -> NoReturn:
        """Raise `Unreadable`, because the tool's own code raises on this line."""
        raise Unreadable(code, f"{detail} in {_excerpt(line.payload or json.dumps(line.chunk))!r}")

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
            usage = line.chunk.get("usage") if line.chunk else None
            found = usage if isinstance(usage, dict) else found
        return found

    @property
    def reported(self) -> int | None:
        """The output tokens of the last usage."""
        return tokens_in(self.usage)

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
    def source(self) -> str:
        """The name of the tokenizer as a source of counts."""
        return f"tokenizer {self.counter.name}" if self.counter else ""

    def having(self, wanted: Callable[[ParsedEvent], Any]) -> list[ParsedEvent]:
        """Return the lines for which `wanted` is true."""
        return [line for line in self.lines if wanted(line)]

    def counted(self, texts: Iterable[str]) -> int | None:
        """Return the tokenizer's count of these texts joined, or None without a tokenizer."""
        return self.counter.count("".join(texts)) if self.counter else None


def tokens_in(usage: Any, *keys: str) -> int | None:
    """Return the output tokens of a usage object: the first of these keys, by default `completion_tokens`, that has a count."""
    for key in keys or ("completion_tokens",):
        count = usage.get(key) if isinstance(usage, dict) else None
        if type(count) is int and abs(count) <= MAX_COUNT:
            return count
    return None


def _excerpt(payload: str) -> str:
    return payload if len(payload) <= _SHOWN else payload[:_SHOWN] + "…"


def gaps_between(lines: Sequence[ParsedEvent]) -> list[int]:
    """Return the time between each line and the next (ns)."""
    return [later.at - earlier.at for earlier, later in pairwise(lines)]


def _text(delta: dict[str, Any], key: str) -> str:
    value = delta.get(key)
    return value if isinstance(value, str) else ""
