"""Assembles the events of A2A into the task, as `GetTask` returns it after the stream, or into the message."""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_object, as_string, nonempty_string, objects_in
from streamkit.apis.a2a.chunks import event_of, finish_of, is_last, is_old
from streamkit.model.message import Message, Part, Reply


class TaskAssembler:
    """Assembles a task: its status is replaced, and the message that comes with it becomes history; parts are added to artifacts."""

    def __init__(self) -> None:
        self._task: dict[str, Any] = {}
        self._artifacts: dict[str, dict[str, Any]] = {}
        self._history: list[Any] = []
        self._message: dict[str, Any] | None = None
        self._finish: str | None = None
        self._error: Any = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        kind, event = event_of(chunk)
        if kind == "task":
            self._task = {**event}
            self._history = list(objects_in(event.get("history")))
            self._artifacts = {}
            for artifact in objects_in(event.get("artifacts")):
                self._artifact(artifact, append=False)
        elif kind == "message":
            self._message = event
        elif kind == "status-update":
            self._status(event, old=is_old(chunk))
        elif kind == "artifact-update":
            self._name(event, old=is_old(chunk))
            self._artifact(as_object(event.get("artifact")), append=event.get("append") is True)
        elif "error" in chunk:
            self._error = chunk["error"]
        if kind and is_last(chunk):
            self._finish = nonempty_string(finish_of(kind, event))

    def _name(self, event: dict[str, Any], *, old: bool) -> None:
        """Take the IDs of the task from an event, if the task itself was not sent."""
        for name, given in (("id", "taskId"), ("contextId", "contextId")):
            if name not in self._task and given in event:
                self._task[name] = event[given]
        if old:
            self._task.setdefault("kind", "task")

    def _status(self, event: dict[str, Any], *, old: bool) -> None:
        self._name(event, old=old)
        before = as_object(self._task.get("status")).get("message")
        if type(before) is dict:
            self._history.append(before)
        self._task["status"] = event.get("status")
        if type(event.get("metadata")) is dict:
            self._task["metadata"] = {**as_object(self._task.get("metadata")), **event["metadata"]}

    def _artifact(self, artifact: dict[str, Any], *, append: bool) -> None:
        id = as_string(artifact.get("artifactId"))
        known = self._artifacts.get(id)
        if known is None or not append:
            self._artifacts[id] = {**artifact, "parts": list(objects_in(artifact.get("parts")))}
            return
        known["parts"].extend(objects_in(artifact.get("parts")))
        if type(artifact.get("metadata")) is dict:
            known["metadata"] = {**as_object(known.get("metadata")), **artifact["metadata"]}

    @property
    def object(self) -> dict[str, Any]:
        """The task so far, or the message."""
        if self._message is not None and not self._task:
            return dict(self._message)
        made = dict(self._task)
        if self._history:
            made["history"] = list(self._history)
        if self._artifacts:
            made["artifacts"] = [
                {**artifact, "parts": list(artifact["parts"])} for artifact in self._artifacts.values()
            ]
        return made if self._error is None else {**made, "error": self._error}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs: the artifacts, and the message of the last status."""
        holders = [*self._artifacts.values()]
        if self._finish is not None:
            holders.append(self._message or as_object(as_object(self._task.get("status")).get("message")))
        parts = tuple(_part(part) for holder in holders for part in objects_in(holder.get("parts")))
        id = nonempty_string(self._task.get("id")) or nonempty_string(as_object(self._message).get("messageId"))
        made = parts or self._task or self._message
        return Reply((Message(0, "agent", parts, self._finish),) if made else (), id)


def _part(part: dict[str, Any]) -> Part:
    if type(part.get("text")) is str:
        return Part("text", part["text"])
    kind = next((name for name in ("data", "url", "raw", "file") if name in part), None)
    return Part("data", name=kind, data=part)
