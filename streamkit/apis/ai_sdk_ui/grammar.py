"""The allowed order of an AI SDK UI message stream: `start`, steps, and in them texts, reasoning and tool calls; `finish`.

Source: npm `ai` 7.0, `ui/process-ui-message-stream.ts`, and recorded streams. Streams that an application writes itself
may lack `start`, steps and `finish`; merged streams overlap. So parts may overlap, and only what a client cannot read, or
what contradicts the rest of the stream, is a misstep. Data of the application may come anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from streamkit.apis import Chunk
from streamkit.apis._kit.parts import reusable_part
from streamkit.apis._kit.reading import as_string
from streamkit.apis._kit.values import Calls, PartTexts, Repeated
from streamkit.apis.ai_sdk_ui.chunks import EVENTS, is_data
from streamkit.model.finding import Severity
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe, with_field

MESSAGE = Grammar(
    name="a UI message",
    start="new",
    steps={
        ("new", "start"): "open",
        ("new", "end"): "ended",
        ("open", "end"): "ended",
    },
    missteps={
        ("open", "start"): "repeated-start",
        ("ended", "start"): "repeated-start",
        ("ended", "content"): "after-end",
        ("ended", "end"): "after-end",
    },
    ends=frozenset({"new", "open", "ended"}),
)
PART = reusable_part("a text or reasoning part")
"""An ID may be used again for a new part: providers number the parts of each step from 0."""
TOOL = Grammar(
    name="a tool call of a UI message",
    start="new",
    steps={
        ("new", "start"): "streaming",
        ("new", "input"): "called",
        ("new", "failed input"): "done",
        ("streaming", "delta"): "streaming",
        ("streaming", "input"): "called",
        ("streaming", "failed input"): "done",
        ("called", "request"): "called",
        ("called", "progress"): "called",
        ("called", "output"): "done",
    },
    missteps={
        ("streaming", "start"): "part-order",
        ("called", "start"): "part-order",
        ("done", "start"): "part-order",
        ("called", "input"): "part-order",
        ("done", "input"): "part-order",
        ("called", "failed input"): "part-order",
        ("done", "failed input"): "part-order",
        ("done", "request"): "part-order",
        ("done", "progress"): "part-order",
        ("done", "output"): "part-order",
        ("new", "delta"): "unopened-part",
        ("called", "delta"): "unopened-part",
        ("done", "delta"): "unopened-part",
        ("new", "request"): "unopened-part",
        ("new", "progress"): "unopened-part",
        ("new", "output"): "unopened-part",
        ("streaming", "request"): "unopened-part",
        ("streaming", "progress"): "unopened-part",
        ("streaming", "output"): "unopened-part",
    },
    ends=frozenset({"new", "called", "done"}),
    unfinished={"streaming": "unclosed-part"},
)
"""A call without output is one that the client executes, or the user has to approve."""

KINDS = (
    MESSAGE.kinds
    | PART.kinds
    | TOOL.kinds
    | {
        "cumulative-content",
        "empty-id",
        "finish-tool-mismatch",
        "incomplete-end",
        "missing-start",
        "repeated-delta",
        "tool-args-invalid-json",
        "unknown-event",
        "value-changed",
        "whole-differs",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""

_PARTS = {f"{family}-{what}": (family, what) for family in ("text", "reasoning") for what in ("start", "delta", "end")}
_TOOLS = {
    "tool-input-start": "start",
    "tool-input-delta": "delta",
    "tool-input-available": "input",
    "tool-input-error": "failed input",
    "tool-approval-request": "request",
    "tool-output-available": "output",
    "tool-output-error": "output",
    "tool-output-denied": "output",
}
_ANYWHERE = ("message-metadata", "source-url", "source-document", "file", "reasoning-file", "custom")
_WRONG_TOOL_STEPS = {
    ("new", "delta"): "which was never started",
    ("new", "request"): "which was never announced",
    ("new", "progress"): "which was never announced",
    ("new", "output"): "which was never announced",
    ("streaming", "request"): "whose input is incomplete",
    ("streaming", "progress"): "whose input is incomplete",
    ("streaming", "output"): "whose input is incomplete",
    ("called", "delta"): "whose input is complete",
    ("done", "delta"): "whose input is complete",
    ("done", "request"): "which has its output",
    ("done", "progress"): "which has its output",
    ("done", "output"): "which has its output",
}


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a UI message in the order of its events, then those at its end."""
    return _UiWalk(stream).missteps()


class _UiWalk:
    """A walk through one UI message."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._message = Walk(MESSAGE)
        self._parts = Walk(PART)
        self._tools = Walk(TOOL)
        self._same = Repeated()
        self._texts = PartTexts()
        self._calls = Calls()
        self._encodings: dict[str, str] = {}
        self._early: tuple[int, str] | None = None
        self._steps = 0
        self._depth = 0
        self._overlapping = False
        self._finished = 0
        self._opened: dict[object, int] = {}
        self._awaited: dict[str, None] = {}
        self._finish: tuple[int, str] | None = None
        self._aborted = False

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            kind = event.get("type")
            if type(kind) is not str or is_data(kind):
                continue
            if kind in _PARTS:
                yield from self._content(chunk, kind)
                yield from self._part(chunk, event, *_PARTS[kind])
            elif kind in _TOOLS:
                yield from self._content(chunk, kind)
                yield from self._tool(chunk, event, kind)
            elif kind in EVENTS:
                yield from self._lifecycle(chunk, event, kind)
            else:
                yield Misstep("unknown-event", chunk, with_field("unknown event", event, "type"), "$.type", "error")
        if self._stream.verdict != "error":
            yield from self._end()

    def _content(self, chunk: int, kind: str) -> Iterator[Misstep]:
        """Check an event of the message's content against its start and its end."""
        if self._message.state(0) == "new" and self._early is None:
            self._early = chunk, kind
        if self._message.step(0, "content"):
            yield Misstep("after-end", chunk, f"{kind} comes after the end of the message", "$.type", "warning")

    def _lifecycle(self, chunk: int, event: Chunk, kind: str) -> Iterator[Misstep]:
        if kind == "start":
            yield from self._start(chunk, event)
        elif kind in ("finish", "abort"):
            if self._message.step(0, "end"):
                yield Misstep("after-end", chunk, f"{kind} comes after the end of the message", "$.type", "warning")
            self._aborted = self._aborted or kind == "abort"
            if kind == "finish":
                self._finish = chunk, as_string(event.get("finishReason"))
        elif kind == "start-step":
            yield from self._content(chunk, kind)
            self._steps += 1
            self._depth += 1
            self._overlapping = self._overlapping or self._depth > 1
            self._awaited.clear()
        elif kind == "finish-step":
            if not self._depth:
                yield Misstep("unopened-part", chunk, "a step is finished, but none was started", "$.type", "warning")
            self._depth = max(0, self._depth - 1)
            self._finished += 1
        elif kind not in _ANYWHERE and kind != "error":
            yield from self._content(chunk, kind)
            if kind == "reset-step":
                self._parts, self._tools = Walk(PART), Walk(TOOL)

    def _start(self, chunk: int, event: Chunk) -> Iterator[Misstep]:
        if self._message.step(0, "start"):
            yield Misstep("repeated-start", chunk, "a second start", "$.type")
        if event.get("messageId") == "":
            yield Misstep("empty-id", chunk, "the id of the message is empty", "$.messageId")
        if self._early is not None and self._message.state(0) == "open":
            early, what = self._early
            yield Misstep("missing-start", early, f"{what} comes before the start of the message", "$.type")
            self._early = None

    def _part(self, chunk: int, event: Chunk, family: str, what: str) -> Iterator[Misstep]:
        id = event.get("id")
        if type(id) is not str:
            return  # reported by the shape check
        key = family, id
        state = self._parts.state(key)
        wrong = self._parts.step(key, what)
        if what == "start":
            self._opened[key] = self._finished
        elif wrong is None and self._opened.get(key) != self._finished and not self._overlapping:
            # Before version 7, the end of a step ends its parts. Steps of merged streams overlap.
            message = f"an event for the {family} {describe(id)}, whose step is finished"
            yield Misstep("unopened-part", chunk, message, "$.id", "warning")
        if wrong == "part-order":
            yield Misstep(wrong, chunk, f"the {family} {describe(id)} is started while it is open", "$.id", "warning")
        elif wrong is not None:
            why = "was never started" if state == "new" else "has ended"
            yield Misstep(wrong, chunk, f"an event for the {family} {describe(id)}, which {why}", "$.id")
        if what == "delta":
            yield from self._texts.add(chunk, "$.delta", event.get("delta"), key=key)

    def _tool(self, chunk: int, event: Chunk, kind: str) -> Iterator[Misstep]:
        id = event.get("toolCallId")
        if type(id) is not str:
            return  # reported by the shape check
        symbol = "progress" if event.get("preliminary") is True else _TOOLS[kind]
        state = self._tools.state(id)
        if state == "new" and symbol in ("start", "input", "failed input"):
            yield from self._calls.open(chunk, "$.toolCallId", id, id)
        wrong = self._tools.step(id, symbol)
        # A message that continues an earlier one begins with the results of calls in that one.
        continued = state == "new" and symbol not in ("start", "delta") and not self._steps
        if wrong == "part-order" and symbol in ("start", "input", "failed input"):
            message = f"{kind} for the call {describe(id)}, which has been announced"
            yield Misstep(wrong, chunk, message, "$.toolCallId", "warning")
        elif wrong is not None and not continued:
            message = f"{kind} for the call {describe(id)}, {_WRONG_TOOL_STEPS[state, symbol]}"
            severity: Severity | None = "warning" if wrong == "part-order" else None
            yield Misstep(wrong, chunk, message, "$.toolCallId", severity)
        yield from self._same.check(chunk, "$.toolName", event.get("toolName"), key=id)
        yield from self._input(chunk, event, id, kind)

    def _input(self, chunk: int, event: Chunk, id: str, kind: str) -> Iterator[Misstep]:
        """Collect the input of a call, and compare its deltas with the complete input."""
        if kind == "tool-input-start":
            self._encodings[id] = as_string(event.get("inputEncoding"))
        elif kind == "tool-input-delta":
            self._calls.arguments(id, event.get("inputTextDelta"))
        elif kind.startswith("tool-output"):
            self._awaited.pop(id, None)
        if kind not in ("tool-input-available", "tool-input-error"):
            return
        if event.get("providerExecuted") is not True and kind == "tool-input-available":
            self._awaited[id] = None
        text = self._calls.text(id)
        if not text or "input" not in event:
            return
        if self._encodings.get(id) == "text":
            given: Any = text
        else:
            try:
                given = orjson.loads(text)
            except orjson.JSONDecodeError:
                if kind == "tool-input-available":
                    message = f"the joined input of the call {describe(id)} is not JSON"
                    yield Misstep("tool-args-invalid-json", chunk, message, "$.input", "warning")
                return
        if not _within(given, event["input"]):
            message = f"the input of the call {describe(id)} differs from its deltas"
            yield Misstep("whole-differs", chunk, message, "$.input")

    def _end(self) -> Iterator[Misstep]:
        started = any(event.get("type") == "start" for event in self._stream.chunks)
        if not started and (self._steps or self._finish) and self._stream.chunks:
            yield Misstep("missing-start", 0, "the stream has no start", "$.type")
        if not self._stream.terminal:
            return
        if started and self._finish is None and not self._aborted:
            yield Misstep("incomplete-end", None, "the stream ends without finish")
        if self._aborted:
            return
        if self._depth:
            yield Misstep("unclosed-part", None, "a step is never finished")
        for key, wrong in self._parts.unfinished():
            assert isinstance(key, tuple)
            yield Misstep(wrong, None, f"the {key[0]} {describe(key[1])} never ends")
        for id, wrong in self._tools.unfinished():
            yield Misstep(wrong, None, f"the input of the call {describe(id)} is never complete", severity="error")
        yield from self._mismatch()

    def _mismatch(self) -> Iterator[Misstep]:
        """Compare the finish reason with the calls of the last step."""
        if self._finish is None:
            return
        chunk, reason = self._finish
        if reason == "tool-calls" and not len(self._calls):
            message = "finishReason is tool-calls, but no tool was called"
            yield Misstep("finish-tool-mismatch", chunk, message, "$.finishReason")
        elif reason == "stop" and self._awaited:
            message = f"finishReason is stop, but the call {describe(next(iter(self._awaited)))} has no output"
            yield Misstep("finish-tool-mismatch", chunk, message, "$.finishReason")


def _within(given: Any, whole: Any) -> bool:
    """Return whether a complete input is the one of the deltas; a schema may have added defaults to its objects."""
    if type(given) is dict and type(whole) is dict:
        return all(key in whole and _within(value, whole[key]) for key, value in given.items())
    if type(given) is list and type(whole) is list:
        return len(given) == len(whole) and all(map(_within, given, whole))
    return bool(given == whole)
