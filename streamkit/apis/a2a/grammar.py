"""The allowed order of an A2A stream: a single message; or a task, then changes of its status and pieces of its artifacts,
until it waits or is over.

Source: specification 1.0, "Streaming" and "Task lifecycle"; PyPI `a2a-sdk` 1.3, `server/tasks/task_manager.py`. A stream
that a client opens again may begin in the middle of a task, so its task need not be sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_object, as_string, objects_in
from streamkit.apis._kit.values import Counter, PartTexts, Repeated, instant
from streamkit.apis.a2a.chunks import event_of, is_last, is_old, is_over, is_snapshot, state_of, text_of
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe

TASK = Grammar(
    name="a task",
    start="new",
    steps={
        ("new", "task"): "open",
        ("new", "event"): "open",
        ("new", "last"): "ended",
        ("new", "message"): "ended",
        ("open", "event"): "open",
        ("open", "task"): "open",
        ("open", "last"): "ended",
    },
    missteps={
        ("open", "message"): "unknown-event",
        ("ended", "event"): "after-end",
        ("ended", "task"): "after-end",
        ("ended", "last"): "after-end",
        ("ended", "message"): "after-end",
    },
    ends=frozenset({"new", "open", "ended"}),
)
"""A missing end is not a misstep here: the stream's verdict is then "truncated", as for every API."""

KINDS = TASK.kinds | {
    "counter-order",
    "cumulative-content",
    "empty-id",
    "id-changed",
    "missing-start",
    "repeated-delta",
    "repeated-start",
    "state-order",
    "unopened-part",
}
"""Every misstep that these checks can report; each is the name of a rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a stream in the order of its events."""
    return _TaskWalk(stream).missteps()


class _TaskWalk:
    """A walk through one task."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = Walk(TASK)
        self._same = Repeated()
        self._clock = Counter(repeats=True)
        self._texts = PartTexts()
        self._artifacts: dict[str, bool] = {}
        self._begun = self._has_task = False
        self._last = ""
        request = stream.exchange.request
        body = request.body.value if request is not None and request.body is not None else None
        self._request = as_object(body)

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            if "error" in event and "result" not in event:
                continue
            yield from self._envelope(chunk, event)
            kind, inner = event_of(event)
            path = "$.result" if is_old(event) else f"$.result.{next(iter(as_object(event.get('result'))), '')}"
            if not kind:
                if type(event.get("result")) is dict:
                    yield Misstep("unknown-event", chunk, "the result is not an A2A event", "$.result")
                continue
            yield from self._order(chunk, kind, event)
            yield from self._ids(chunk, kind, inner, path)
            if kind in ("task", "status-update"):
                yield from self._status(chunk, kind, inner, f"{path}.status")
            if kind == "status-update" and is_old(event) and inner.get("final") is False and is_over(state_of(inner)):
                message = f"final is false, but the task is {describe(state_of(inner))}"
                yield Misstep("state-order", chunk, message, f"{path}.final")
            if kind == "artifact-update":
                yield from self._artifact(chunk, inner, path)
            for artifact in objects_in(inner.get("artifacts")):
                self._artifacts[as_string(artifact.get("artifactId"))] = False

    def _envelope(self, chunk: int, event: Chunk) -> Iterator[Misstep]:
        expected, given = self._request.get("id"), event.get("id")
        if "method" in self._request and expected is not None and given is not None and given != expected:
            message = f"id is {describe(given)}, but that of the request is {describe(expected)}"
            yield Misstep("id-changed", chunk, message, "$.id")
        yield from self._same.check(chunk, "$.id", given, name="JSON-RPC id", kind="id-changed")

    def _order(self, chunk: int, kind: str, event: Chunk) -> Iterator[Misstep]:
        ends = is_last(event) and kind != "message" and not is_snapshot(event)
        before = self._walk.state(0)
        wrong = self._walk.step(0, "last" if ends else kind if kind in ("task", "message") else "event")
        if wrong == "after-end":
            yield Misstep(
                wrong, chunk, f"{describe(kind)} comes after the event that ends the stream", "$.result", "warning"
            )
        elif wrong == "unknown-event":
            yield Misstep(wrong, chunk, "a message in the stream of a task", "$.result")
        elif before == "open" and kind == "task" and is_old(event) and self._has_task:
            # a2a-sdk 0.3, `ClientTaskManager.save_task_event`: "Task is already set".
            yield Misstep("repeated-start", chunk, "the task is sent a second time", "$.result", "error")
        self._has_task |= kind == "task"
        if before == "new" and kind not in ("task", "message") and not self._resumed():
            yield Misstep(
                "missing-start", chunk, f"the stream begins with {describe(kind)} instead of the task", "$.result"
            )

    def _resumed(self) -> bool:
        return as_string(self._request.get("method")) in ("tasks/resubscribe", "SubscribeToTask")

    def _ids(self, chunk: int, kind: str, event: dict[str, Any], path: str) -> Iterator[Misstep]:
        own = "id" if kind == "task" else "messageId" if kind == "message" else "taskId"
        if event.get(own) == "":
            yield Misstep("empty-id", chunk, f"the {own} is empty", f"{path}.{own}")
        task = event.get("id" if kind == "task" else "taskId")
        for field, name, given in (("taskId", "the ID of the task", task), ("contextId", "", event.get("contextId"))):
            for step in self._same.check(chunk, f"{path}.{field}", given, name=name, kind="id-changed"):
                yield replace(step, severity="error")

    def _status(self, chunk: int, kind: str, event: dict[str, Any], path: str) -> Iterator[Misstep]:
        state = state_of(event)
        at = instant(as_object(event.get("status")).get("timestamp"))
        yield from self._clock.next(chunk, f"{path}.timestamp", at)
        if state == "submitted" and self._last not in ("", "submitted"):
            message = f"the task is submitted after it was {describe(self._last)}"
            yield Misstep("state-order", chunk, message, f"{path}.state")
        elif kind == "status-update" and state == "submitted" and self._last == "submitted" and self._begun:
            yield Misstep("state-order", chunk, "the task is submitted a second time", f"{path}.state")
        self._last, self._begun = state or self._last, True

    def _artifact(self, chunk: int, event: dict[str, Any], path: str) -> Iterator[Misstep]:
        artifact = as_object(event.get("artifact"))
        id = artifact.get("artifactId")
        if type(id) is not str:
            return  # reported by the shape check
        append = event.get("append") is True
        id_path = f"{path}.artifact.artifactId"
        if append and id not in self._artifacts and not self._resumed():
            message = f"parts are added to the artifact {describe(id)}, which was never sent"
            yield Misstep("unopened-part", chunk, message, id_path)
        elif append and self._artifacts.get(id):
            message = f"parts are added to the artifact {describe(id)} after its last piece"
            yield Misstep("unopened-part", chunk, message, id_path, "warning")
        if id == "":
            yield Misstep("empty-id", chunk, "the artifactId is empty", id_path)
        self._artifacts[id] = event.get("lastChunk") is True
        yield from self._texts.add(chunk, f"{path}.artifact.parts", text_of(artifact), key=id)
