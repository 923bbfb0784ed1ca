"""The allowed order of a conversation: `conversation.response.started`, entries one after another,
`conversation.response.done`.

Messages and function calls have no events that open or close them: their first delta opens them, and the next entry
closes them. Tool executions and handoffs are started and done.

Source: docs.mistral.ai, "Agents and conversations", "Streaming output", and recorded streams: entries count up from 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.reading import as_string
from streamkit.apis._kit.values import Calls, Counter, PartTexts, Repeated, check_total
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import with_field

RESPONSE = Grammar(
    name="a response of a conversation",
    start="start",
    steps={
        ("start", "started"): "open",
        ("start", "entry"): "open",
        ("start", "done"): "ended",
        ("open", "done"): "ended",
    },
    missteps={
        ("start", "entry"): "missing-start",
        ("start", "done"): "missing-start",
        ("open", "started"): "repeated-start",
        ("ended", "started"): "repeated-start",
        ("ended", "entry"): "after-end",
        ("ended", "done"): "after-end",
    },
    ends=frozenset({"start", "open", "ended"}),
)

ENTRY = Grammar(
    name="a tool's execution or a handoff in a conversation",
    start="new",
    steps={("new", "started"): "open", ("open", "done"): "closed"},
    missteps={
        ("new", "delta"): "unopened-part",
        ("new", "done"): "unopened-part",
        ("open", "started"): "part-order",
        ("closed", "started"): "part-order",
        ("closed", "delta"): "unopened-part",
        ("closed", "done"): "unopened-part",
    },
    ends=frozenset({"new", "closed"}),
    unfinished={"open": "unclosed-part"},
)

KINDS = (
    RESPONSE.kinds
    | ENTRY.kinds
    | {
        "counter-order",
        "cumulative-content",
        "repeated-delta",
        "empty-id",
        "id-changed",
        "model-changed",
        "part-type-mismatch",
        "shared-tool-id",
        "tool-args-invalid-json",
        "unknown-event",
        "usage-total-mismatch",
        "value-changed",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""

_ENTRIES = {
    "message.output": ("delta",),
    "function.call": ("delta",),
    "tool.execution": ("started", "delta", "done"),
    "agent.handoff": ("started", "done"),
}
_OPENED = ("tool.execution", "agent.handoff")
_COUNTS = ("prompt_tokens", "completion_tokens")


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a conversation's response in the order of its events, then those at its end."""
    return _ConversationWalk(stream).missteps() if stream.streamed else iter(())


class _ConversationWalk:
    """A walk through one response of a conversation."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._response = Walk(RESPONSE)
        self._entries = Walk(ENTRY)
        self._same = Repeated()
        self._texts = PartTexts()
        self._calls = Calls()
        self._times = Counter(repeats=True)
        self._outputs = 0
        self._contents: dict[int, int] = {}

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            kind = as_string(event.get("type"))
            entry, _, last = kind.rpartition(".")
            yield from self._times.next(chunk, "$.created_at", event.get("created_at"))
            if last in _ENTRIES.get(entry, ()):
                yield from self._step(chunk, "entry", kind)
                yield from self._entry(chunk, entry, last, event)
            elif kind in ("conversation.response.started", "conversation.response.done"):
                yield from self._step(chunk, last, kind)
                yield from self._same.check(chunk, "$.conversation_id", event.get("conversation_id"), kind="id-changed")
                with_tools = (*_COUNTS, "connector_tokens")
                yield from check_total(chunk, "$.usage", event.get("usage"), "total_tokens", _COUNTS, with_tools)
            elif kind and kind != "conversation.response.error":
                yield Misstep("unknown-event", chunk, with_field("unknown event", event, "type"), "$.type")
        if self._stream.verdict != "error":
            for key, wrong in self._entries.unfinished() if self._stream.terminal else ():
                yield Misstep(wrong, None, f"output {key} is never done")
            yield from self._calls.invalid_arguments(cut=False)

    def _step(self, chunk: int, symbol: str, kind: str) -> Iterator[Misstep]:
        wrong = self._response.step(0, symbol)
        if wrong == "missing-start":
            yield Misstep(wrong, chunk, "the stream begins without conversation.response.started", "$.type")
        elif wrong == "repeated-start":
            yield Misstep(wrong, chunk, "a second conversation.response.started", "$.type")
        elif wrong is not None:
            yield Misstep(wrong, chunk, f"{kind} comes after conversation.response.done", "$.type")

    def _entry(self, chunk: int, entry: str, last: str, event: dict[str, Any]) -> Iterator[Misstep]:
        index = event.get("output_index")
        if type(index) is not int:
            return  # reported by the shape check
        yield from self._check_index(chunk, entry, index)
        yield from self._same.check(chunk, "$.type", entry, key=index, kind="part-type-mismatch")
        if event.get("id") == "":
            yield Misstep("empty-id", chunk, "the id of an entry is empty", "$.id")
        yield from self._same.check(chunk, "$.id", event.get("id"), key=index, kind="id-changed")
        yield from self._same.check(chunk, "$.output_index", str(index), key=("output", as_string(event.get("id"))))
        yield from self._same.check(chunk, "$.model", event.get("model"), key=index, kind="model-changed")
        for name in ("agent_id", "role", "name", "tool_call_id"):
            yield from self._same.check(chunk, f"$.{name}", event.get(name), key=index)
        if entry in _OPENED:
            wrong = self._entries.step(index, last)
            if wrong is not None:
                problem = "is started a second time" if wrong == "part-order" else f"has a {last} event but is not open"
                yield Misstep(wrong, chunk, f"output {index} ({entry}) {problem}", "$.type")
        elif entry == "function.call":
            if index not in self._contents:
                yield from self._calls.open(chunk, "$.tool_call_id", index, event.get("tool_call_id"))
            self._contents[index] = 0
            self._calls.arguments(index, event.get("arguments"))
        else:
            yield from self._content(chunk, index, event)

    def _check_index(self, chunk: int, entry: str, index: int) -> Iterator[Misstep]:
        """Check the index of an event: entries count up from 0. Events continue the last entry, or an open tool or
        handoff."""
        overlaps = entry in _OPENED and self._entries.state(index) == "open"
        if index not in (self._outputs - 1, self._outputs) and not overlaps:
            current = max(self._outputs - 1, 0)
            yield Misstep(
                "part-order", chunk, f"an event for output {index} after output {current} began", "$.output_index"
            )
        self._outputs = max(self._outputs, index + 1)

    def _content(self, chunk: int, index: int, event: dict[str, Any]) -> Iterator[Misstep]:
        yield from self._texts.add(chunk, "$.content", event.get("content"), key=index)
        content_index = event.get("content_index")
        if type(content_index) is int:
            before = self._contents.get(index, 0)
            if content_index < before:
                message = f"content_index is {content_index} after {before}"
                yield Misstep("part-order", chunk, message, "$.content_index")
            self._contents[index] = max(before, content_index)
