"""The allowed order of an AG-UI stream: `RUN_STARTED`; steps, messages, reasoning, calls and subagents, each started and
ended, side by side; `RUN_FINISHED` or `RUN_ERROR`. Several runs may follow one another.

Source: npm `@ag-ui/client` 1.0, `verify/verify.ts`, which ends the run at the first event out of order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from streamkit.apis import Chunk
from streamkit.apis._kit.parts import reusable_part
from streamkit.apis._kit.reading import as_string, nonempty_string, objects_in
from streamkit.apis._kit.values import Calls, Counter, PartTexts, Repeated, check_total
from streamkit.apis.ag_ui.chunks import EVENTS, OLD_EVENTS
from streamkit.apis.ag_ui.patch import PatchError, is_unknown, patched
from streamkit.apis.ag_ui.shorthand import Shorthand
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe, with_field

RUN = Grammar(
    name="a run",
    start="new",
    steps={
        ("new", "start"): "running",
        ("running", "finish"): "finished",
        ("new", "error"): "failed",
        ("running", "error"): "failed",
        ("finished", "error"): "failed",
        ("finished", "start"): "running",
        ("failed", "start"): "running",
        ("new", "event"): "running",
        ("new", "finish"): "finished",
    },
    missteps={
        ("new", "event"): "missing-start",
        ("new", "finish"): "missing-start",
        ("running", "start"): "repeated-start",
        ("finished", "event"): "after-end",
        ("finished", "finish"): "after-end",
        ("failed", "event"): "after-end",
        ("failed", "finish"): "after-end",
        ("failed", "error"): "after-end",
    },
    ends=frozenset({"new", "running", "finished", "failed"}),
)
"""A missing end is not a misstep here: the stream's verdict is then "truncated", as for every API."""
ENTITY = reusable_part("a step, message, reasoning, call or subagent")

KINDS = (
    RUN.kinds
    | ENTITY.kinds
    | {
        "counter-order",
        "cumulative-content",
        "empty-id",
        "id-changed",
        "repeated-delta",
        "tool-args-invalid-json",
        "unapplied-patch",
        "unknown-event",
        "usage-total-mismatch",
        "value-changed",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""

_ENTITIES = {
    "TEXT_MESSAGE_START": ("message", "messageId", "start"),
    "TEXT_MESSAGE_CONTENT": ("message", "messageId", "delta"),
    "TEXT_MESSAGE_END": ("message", "messageId", "end"),
    "TOOL_CALL_START": ("call", "toolCallId", "start"),
    "TOOL_CALL_ARGS": ("call", "toolCallId", "delta"),
    "TOOL_CALL_END": ("call", "toolCallId", "end"),
    "REASONING_START": ("reasoning", "messageId", "start"),
    "REASONING_END": ("reasoning", "messageId", "end"),
    "REASONING_MESSAGE_START": ("reasoning message", "messageId", "start"),
    "REASONING_MESSAGE_CONTENT": ("reasoning message", "messageId", "delta"),
    "REASONING_MESSAGE_END": ("reasoning message", "messageId", "end"),
    "STEP_STARTED": ("step", "stepName", "start"),
    "STEP_FINISHED": ("step", "stepName", "end"),
    "SUBAGENT_STARTED": ("subagent", "subagentRunId", "start"),
    "SUBAGENT_FINISHED": ("subagent", "subagentRunId", "end"),
    "SUBAGENT_ERROR": ("subagent", "subagentRunId", "end"),
}
_LIFECYCLE = {"RUN_STARTED": "start", "RUN_FINISHED": "finish", "RUN_ERROR": "error"}


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of an AG-UI stream in the order of its events."""
    return _RunWalk(stream).missteps()


class _RunWalk:
    """A walk through the runs of one stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._shorthand = Shorthand()
        self._run = Walk(RUN)
        self._clock = Counter(repeats=True)
        self._states: dict[str, Any] = {}
        self._begin()

    def _begin(self) -> None:
        """Forget what belongs to the run before."""
        self._entities = Walk(ENTITY)
        self._owned: dict[object, str | None] = {}
        self._names = Repeated()
        self._same = Repeated()
        self._texts = PartTexts()
        self._calls = Calls()

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            kind = event.get("type")
            if type(kind) is not str:
                continue  # reported by the shape check
            yield from self._clock.next(chunk, "$.timestamp", event.get("timestamp"))
            if kind not in EVENTS and kind not in OLD_EVENTS:
                yield Misstep("unknown-event", chunk, with_field("unknown event", event, "type"), "$.type")
                continue
            yield from self._order(chunk, kind)
            yield from self._continuation(chunk, event, kind)
            for full in self._shorthand.full(event):
                yield from self._event(chunk, full, as_string(full.get("type")))

    def _continuation(self, chunk: int, event: Chunk, kind: str) -> Iterator[Misstep]:
        """Check that a chunk of the shorthand repeats what the chunk said that opened its message or call."""
        opener = self._shorthand.opener(event)
        if opener is None:
            if kind == "TOOL_CALL_CHUNK" and type(event.get("toolCallId")) is str and event.get("toolCallName") is None:
                yield Misstep("unopened-part", chunk, "the first TOOL_CALL_CHUNK has no toolCallName", "$")
            return
        usual = {"role": "assistant"} if kind == "TEXT_MESSAGE_CHUNK" else {}
        for name in ("role", "name", "toolCallName", "parentMessageId"):
            given, opened = event.get(name), opener.get(name, usual.get(name))
            if given is not None and given != opened:
                before = "none" if opened is None else describe(opened)
                message = f"{name} is {describe(given)}, but was {before} in the chunk that opened it"
                yield Misstep("value-changed", chunk, message, f"$.{name}", "error")

    def _order(self, chunk: int, kind: str) -> Iterator[Misstep]:
        """Check an event against the start and the end of its run."""
        wrong = self._run.step(0, _LIFECYCLE.get(kind, "event"))
        if wrong == "missing-start":
            yield Misstep(wrong, chunk, f"the stream begins with {kind} instead of RUN_STARTED", "$.type", "error")
        elif wrong == "repeated-start":
            yield Misstep(wrong, chunk, "a second RUN_STARTED before the end of the run", "$.type", "error")
        elif wrong is not None:
            yield Misstep(wrong, chunk, f"{kind} comes after the end of the run", "$.type")

    def _event(self, chunk: int, event: Chunk, kind: str) -> Iterator[Misstep]:
        if kind in _ENTITIES:
            yield from self._entity(chunk, event, kind)
        elif kind in _LIFECYCLE:
            yield from self._lifecycle(chunk, event, kind)
        elif kind == "STATE_SNAPSHOT":
            self._states["state"] = event.get("snapshot")
        elif kind == "STATE_DELTA":
            yield from self._patch(chunk, "state", "$.delta", event.get("delta"))
        elif kind == "ACTIVITY_SNAPSHOT":
            id = f"activity {as_string(event.get('messageId'))}"
            if event.get("replace") is not False or id not in self._states:
                self._states[id] = event.get("content")
        elif kind == "ACTIVITY_DELTA":
            yield from self._patch(
                chunk, f"activity {as_string(event.get('messageId'))}", "$.patch", event.get("patch")
            )

    def _lifecycle(self, chunk: int, event: Chunk, kind: str) -> Iterator[Misstep]:
        if kind == "RUN_STARTED":
            self._begin()
        if kind == "RUN_FINISHED":
            for key, wrong in self._entities.unfinished():
                assert isinstance(key, tuple)
                name = describe(key[1].rpartition("\n")[2])
                yield Misstep(wrong, chunk, f"the run ends, but the {key[0]} {name} does not", "$", "error")
        for name in ("threadId", "runId"):
            if event.get(name) == "":
                yield Misstep("empty-id", chunk, f"the {name} is empty", f"$.{name}")
            yield from self._same.check(chunk, f"$.{name}", event.get(name), kind="id-changed")
        for index, entry in enumerate(objects_in(event.get("usage"))):
            parts = ("inputTokens", "outputTokens")
            yield from check_total(chunk, f"$.usage[{index}]", entry, "totalTokens", parts)

    def _entity(self, chunk: int, event: Chunk, kind: str) -> Iterator[Misstep]:
        family, field, symbol = _ENTITIES[kind]
        id = event.get(field)
        owner = nonempty_string(event.get("subagentRunId"))
        if type(id) is not str:
            if kind != self._stream.chunks[chunk].get("type") and id is None:
                message = f"the first {self._stream.chunks[chunk]['type']} has no {field}"
                yield Misstep("unopened-part", chunk, message, "$")
            return  # otherwise reported by the shape check
        key = family, (f"{owner or ''}\n{id}" if family == "step" else id)
        before = self._entities.state(key)
        wrong = self._entities.step(key, symbol)
        path = f"$.{field}"
        if wrong == "part-order":
            yield Misstep(wrong, chunk, f"the {family} {describe(id)} is started while it is open", path)
        elif wrong is not None:
            why = "was never started" if before == "new" else "has ended"
            yield Misstep(wrong, chunk, f"an event for the {family} {describe(id)}, which {why}", path)
        if family not in ("step", "subagent"):
            first = self._owned.setdefault(key, owner) if symbol == "start" or before != "new" else owner
            if owner is not None and owner != first:
                other = "the agent itself" if first is None else f"the subagent {describe(first)}"
                message = f"subagentRunId is {describe(owner)}, but the {family} {describe(id)} is of {other}"
                yield Misstep("value-changed", chunk, message, "$.subagentRunId", "error")
        yield from self._content(chunk, event, key, symbol)

    def _content(self, chunk: int, event: Chunk, key: tuple[str, str], symbol: str) -> Iterator[Misstep]:
        family, id = key
        if id == "" and family in ("message", "call") and symbol == "start":
            yield Misstep("empty-id", chunk, f"the id of a {family} is empty", "$")
        if family == "call":
            if symbol == "start":
                yield from self._calls.open(chunk, "$.toolCallId", id, None)
                yield from self._names.check(chunk, "$.toolCallName", event.get("toolCallName"), key=id)
            elif symbol == "delta":
                self._calls.arguments(id, event.get("delta"))
            else:
                yield from self._arguments(chunk, id)
        elif symbol == "delta":
            yield from self._texts.add(chunk, "$.delta", event.get("delta"), key=key)

    def _arguments(self, chunk: int, id: str) -> Iterator[Misstep]:
        text = self._calls.text(id)
        try:
            valid = not text or type(orjson.loads(text)) is dict
        except orjson.JSONDecodeError:
            valid = False
        if not valid:
            message = f"the joined arguments of the call {describe(id)} are not a JSON object"
            yield Misstep("tool-args-invalid-json", chunk, message, "$.toolCallId", "warning")

    def _patch(self, chunk: int, name: str, path: str, operations: Any) -> Iterator[Misstep]:
        """Apply a change to a state that is known. What the state was before the stream is not."""
        if name not in self._states:
            if name != "state":
                what = name.partition(" ")[2]
                yield Misstep(
                    "unopened-part",
                    chunk,
                    f"a change of the activity {describe(what)}, which was never sent",
                    path,
                    "warning",
                )
            return
        for index, operation in enumerate(operations if type(operations) is list else ()):
            if is_unknown(operation):
                yield Misstep(
                    "unapplied-patch", chunk, "an operation of the change has no known op", f"{path}[{index}]"
                )
        try:
            self._states[name] = patched(self._states[name], operations)
        except PatchError as error:
            yield Misstep("unapplied-patch", chunk, f"the change does not apply: {error}", path)
