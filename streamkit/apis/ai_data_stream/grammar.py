"""The allowed order of an AI SDK data stream: steps from `f:` to `e:`, in them text, reasoning and tool calls, and `d:`.

Source: npm `@ai-sdk/ui-utils` 1.2, `process-chat-response.ts`, and recorded streams. Backends without the SDK may omit steps
and the end; merged streams begin a step while another one is open. So only what the client cannot read, or what contradicts
the rest of the stream, is a misstep. Data and annotations of the application may come anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_object, as_string
from streamkit.apis._kit.values import Calls, PartTexts, Repeated
from streamkit.apis.ai_data_stream.chunks import CODES
from streamkit.model.finding import Severity
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe, with_field

MESSAGE = Grammar(
    name="a message of the data stream",
    start="new",
    steps={
        ("new", "f"): "in a step",
        ("new", "content"): "without steps",
        ("new", "e"): "without steps",
        ("new", "d"): "ended",
        ("without steps", "f"): "in a step",
        ("without steps", "d"): "ended",
        ("in a step", "e"): "between steps",
        ("in a step", "d"): "ended",
        ("between steps", "f"): "in a step",
        ("between steps", "d"): "ended",
    },
    missteps={
        ("without steps", "f"): "missing-start",
        ("in a step", "f"): "unclosed-part",
        ("in a step", "d"): "unclosed-part",
        ("between steps", "content"): "unopened-part",
        ("between steps", "e"): "unopened-part",
        ("ended", "content"): "after-end",
        ("ended", "f"): "after-end",
        ("ended", "e"): "after-end",
        ("ended", "d"): "after-end",
    },
    ends=frozenset({"new", "without steps", "in a step", "between steps", "ended"}),
)
TOOL = Grammar(
    name="a tool call of the data stream",
    start="new",
    steps={
        ("new", "b"): "streaming",
        ("new", "9"): "called",
        ("streaming", "9"): "called",
        ("called", "a"): "done",
    },
    missteps={
        ("streaming", "b"): "part-order",
        ("called", "b"): "part-order",
        ("done", "b"): "part-order",
        ("called", "9"): "part-order",
        ("done", "9"): "part-order",
        ("done", "a"): "part-order",
        ("new", "c"): "unopened-part",
        ("called", "c"): "unopened-part",
        ("done", "c"): "unopened-part",
        ("new", "a"): "unopened-part",
        ("streaming", "a"): "unopened-part",
    },
    ends=frozenset({"new", "called", "done"}),
    unfinished={"streaming": "unclosed-part"},
)
"""A call without a result is one that the client executes."""

KINDS = (
    MESSAGE.kinds
    | TOOL.kinds
    | {
        "cumulative-content",
        "empty-id",
        "finish-tool-mismatch",
        "incomplete-end",
        "repeated-delta",
        "tool-args-invalid-json",
        "unknown-event",
        "usage-total-mismatch",
        "value-changed",
        "whole-differs",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""

_CONTENT = frozenset("09abcgijk")
_WRONG_STEPS = {
    "missing-start": "the first step begins after content that is in no step",
    "after-end": "a line comes after the end of the message",
    "unopened-part": "a line comes after the end of its step",
    "unclosed-part": "a step is never finished",
}
_WRONG_TOOL_STEPS = {
    "new": "which was never announced",
    "streaming": "whose arguments are incomplete",
    "called": "whose arguments are complete",
    "done": "which has its result",
}


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a data stream in the order of its lines, then those at its end."""
    return _DataWalk(stream).missteps()


class _DataWalk:
    """A walk through one message."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._message, self._tools = Walk(MESSAGE), Walk(TOOL)
        self._same, self._texts, self._calls = Repeated(), PartTexts(), Calls()
        self._awaited: dict[str, None] = {}
        self._steps: list[tuple[int, Any]] = []
        self._called = 0
        self._ending = False

    def missteps(self) -> Iterator[Misstep]:
        for chunk, line in enumerate(self._stream.chunks):
            code, value = as_string(line.get("code")), line.get("value")
            if code not in CODES:
                yield Misstep("unknown-event", chunk, with_field("unknown code", line, "code"), "$.code", "error")
                continue
            symbol = "content" if code in _CONTENT else code
            wrong = self._message.step(0, symbol)
            if wrong is not None:
                yield Misstep(wrong, chunk, _WRONG_STEPS[wrong], "$.code", "warning")
            if code in ("0", "g"):
                yield from self._texts.add(chunk, "$.value", value, key=code)
            elif code in ("9", "a", "b", "c"):
                yield from self._tool(chunk, code, as_object(value))
            elif code == "f" and as_object(value).get("messageId") == "":
                yield Misstep("empty-id", chunk, "the id of the message is empty", "$.value.messageId")
            elif code in ("d", "e"):
                yield from self._finish(chunk, code, as_object(value))
        if self._stream.verdict != "error" and self._stream.terminal:
            if self._message.state(0) == "between steps":
                yield Misstep("incomplete-end", None, "the stream ends without d:")
            for id, wrong in self._tools.unfinished():
                yield Misstep(
                    wrong, None, f"the arguments of the call {describe(id)} are never complete", severity="error"
                )

    def _tool(self, chunk: int, code: str, value: dict[str, Any]) -> Iterator[Misstep]:
        id = value.get("toolCallId")
        if type(id) is not str:
            return  # reported by the shape check
        state = self._tools.state(id)
        if state == "new" and code in ("9", "b"):
            yield from self._calls.open(chunk, "$.value.toolCallId", id, id)
        wrong = self._tools.step(id, code)
        if wrong is not None:
            why = "which has been announced" if code in ("9", "b") else _WRONG_TOOL_STEPS[state]
            message = f"a line {code}: for the call {describe(id)}, {why}"
            severity: Severity = "warning" if wrong == "part-order" else "error"
            yield Misstep(wrong, chunk, message, "$.value.toolCallId", severity)
        yield from self._same.check(chunk, "$.value.toolName", value.get("toolName"), key=id)
        if code == "c":
            self._calls.arguments(id, value.get("argsTextDelta"))
        elif code == "a":
            self._awaited.pop(id, None)
        elif code == "9":
            self._called += 1
            self._awaited[id] = None
            yield from self._whole(chunk, id, value)

    def _whole(self, chunk: int, id: str, value: Chunk) -> Iterator[Misstep]:
        """Compare the complete arguments of a call with their deltas."""
        text = self._calls.text(id)
        if not text or "args" not in value:
            return
        try:
            given: Any = orjson.loads(text)
        except orjson.JSONDecodeError:
            message = f"the joined arguments of the call {describe(id)} are not JSON"
            yield Misstep("tool-args-invalid-json", chunk, message, "$.value.args", "warning")
            return
        if given != value["args"]:
            message = f"the arguments of the call {describe(id)} differ from their deltas"
            yield Misstep("whole-differs", chunk, message, "$.value.args")

    def _finish(self, chunk: int, code: str, value: dict[str, Any]) -> Iterator[Misstep]:
        """Compare the reason for an end with the calls before it, and the counts of the message with those of its step."""
        reason, path = value.get("finishReason"), "$.value.finishReason"
        called = self._called if code == "e" else len(self._calls)
        if reason == "tool-calls" and not called:
            yield Misstep("finish-tool-mismatch", chunk, "finishReason is tool-calls, but no tool was called", path)
        elif reason == "stop" and self._awaited:
            message = f"finishReason is stop, but the call {describe(next(iter(self._awaited)))} has no result"
            yield Misstep("finish-tool-mismatch", chunk, message, path)
        if code == "e":
            self._called = 0
            self._steps.append((chunk, value.get("usage")))
            return
        if len(self._steps) == 1 and not self._ending:
            before = as_object(self._steps[0][1])
            for name, count in as_object(value.get("usage")).items():
                if type(count) is int and type(before.get(name)) is int and count != before[name]:
                    message = f"{name} is {count}, but that of the only step is {before[name]}"
                    yield Misstep("usage-total-mismatch", chunk, message, f"$.value.usage.{name}")
        self._ending = True
