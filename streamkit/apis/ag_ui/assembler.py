"""Assembles the events of AG-UI into what a client has after the run: the messages that it added, and the state."""

from __future__ import annotations

from typing import Any, Final

from streamkit.apis import Chunk
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import as_object, as_string, nonempty_string, objects_in, to_json
from streamkit.apis.ag_ui.chunks import ROLES, is_known_part, model, usage
from streamkit.apis.ag_ui.patch import PatchError, patched
from streamkit.apis.ag_ui.shorthand import Shorthand
from streamkit.model.message import Message, Part, Reply, Usage

_UNSET: Final = object()


class RunAssembler:
    """Assembles the events of a run, or of several in one stream. A change of the state that does not apply is left out."""

    def __init__(self) -> None:
        self._shorthand = Shorthand()
        self._run: dict[str, Any] = {}
        self._messages: list[dict[str, Any]] = []
        self._by_id: dict[str, dict[str, Any]] = {}
        self._calls: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self._state: Any = _UNSET
        self._usage: Usage | None = None
        self._model: str | None = None
        self._finish: str | None = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        for event in self._shorthand.full(chunk):
            self._take(event, as_string(event.get("type")))

    def _take(self, event: Chunk, kind: str) -> None:
        if kind.startswith(("TEXT_MESSAGE_", "REASONING_MESSAGE_")):
            self._text(event, kind)
        elif kind.startswith("TOOL_CALL_"):
            self._call(event, kind)
        elif kind.startswith("RUN_"):
            self._lifecycle(event, kind)
        elif kind == "STATE_SNAPSHOT":
            self._state = event.get("snapshot")
        elif kind == "STATE_DELTA":
            self._state = _changed(self._state, event.get("delta"))
        elif kind == "MESSAGES_SNAPSHOT":
            self._snapshot(objects_in(event.get("messages")))
        elif kind in ("ACTIVITY_SNAPSHOT", "ACTIVITY_DELTA"):
            self._activity(event, kind)
        elif kind == "REASONING_ENCRYPTED_VALUE":
            self._encrypted(event)

    def _lifecycle(self, event: Chunk, kind: str) -> None:
        if kind == "RUN_STARTED":
            self._run = {name: event[name] for name in ("threadId", "runId") if name in event}
        elif kind == "RUN_FINISHED":
            self._run |= {name: event[name] for name in ("result", "outcome") if event.get(name) is not None}
            self._finish = nonempty_string(as_object(event.get("outcome")).get("type"))
        elif kind == "RUN_ERROR":
            self._run["error"] = {name: event[name] for name in ("message", "code") if event.get(name) is not None}
        self._usage, self._model = usage(event) or self._usage, model(event) or self._model

    def _text(self, event: Chunk, kind: str) -> None:
        id = as_string(event.get("messageId"))
        reasoning = kind.startswith("REASONING")
        message = self._by_id.get(id)
        if message is None:
            role = "reasoning" if reasoning else nonempty_string(event.get("role")) or "assistant"
            message = self._add({"id": id, "role": role, "content": Fragments()}, event)
            if nonempty_string(event.get("name")):
                message["name"] = event["name"]
        delta = event.get("delta")
        if type(delta) is str and kind.endswith("_CONTENT"):
            if type(message.get("content")) is not Fragments:
                message["content"] = Fragments([as_string(message.get("content"))])
            message["content"].append(delta)
        _merge_metadata(message, event)

    def _add(self, message: dict[str, Any], event: Chunk) -> dict[str, Any]:
        if nonempty_string(event.get("subagentRunId")):
            message["subagentRunId"] = event["subagentRunId"]
        self._messages.append(message)
        self._by_id[message["id"]] = message
        return message

    def _call(self, event: Chunk, kind: str) -> None:
        id = as_string(event.get("toolCallId"))
        if kind == "TOOL_CALL_RESULT":
            self._result(event, id)
            return
        if id not in self._calls:
            holder = self._holder(event, id)
            call: dict[str, Any] = {"id": id, "type": "function", "function": {"name": "", "arguments": Fragments()}}
            holder.setdefault("toolCalls", []).append(call)
            self._calls[id] = call, holder
        call = self._calls[id][0]
        if nonempty_string(event.get("toolCallName")):
            call["function"]["name"] = event["toolCallName"]
        if kind == "TOOL_CALL_ARGS" and type(event.get("delta")) is str:
            if type(call["function"]["arguments"]) is not Fragments:
                call["function"]["arguments"] = Fragments([as_string(call["function"]["arguments"])])
            call["function"]["arguments"].append(event["delta"])
        _merge_metadata(call, event)

    def _holder(self, event: Chunk, id: str) -> dict[str, Any]:
        """Return the message to which a new call belongs: its parent, or one of its own."""
        parent = nonempty_string(event.get("parentMessageId"))
        known = self._by_id.get(parent) if parent else None
        if known is not None and known.get("role") == "assistant":
            return known
        return self._add({"id": parent if parent and known is None else id, "role": "assistant"}, event)

    def _result(self, event: Chunk, id: str) -> None:
        """Add the result of a call after the message with the call, and after the results that are there already."""
        message: dict[str, Any] = {"id": as_string(event.get("messageId")), "toolCallId": id, "role": "tool"}
        message["content"] = _known_parts(event.get("content"))
        self._add(message, event)
        _merge_metadata(message, event)
        holder = self._calls[id][1] if id in self._calls else None
        behind = range(len(self._messages) - 1, -1, -1)
        index = next((index for index in behind if self._messages[index] is holder), None)
        if index is not None:
            self._messages.pop()
            index += 1
            while index < len(self._messages) and self._messages[index].get("role") == "tool":
                index += 1
            self._messages.insert(index, message)

    def _snapshot(self, given: list[dict[str, Any]]) -> None:
        """Replace the messages. Activities and reasoning are kept if the snapshot has none; what has no known role is left out."""
        given = [
            {**message, "content": _known_parts(message["content"])} if "content" in message else dict(message)
            for message in given
            if type(message.get("id")) is str and message.get("role") in ROLES
        ]
        wanted = {message["id"]: message for message in given}
        roles = {message.get("role") for message in given}
        kept = [
            wanted.pop(message["id"], message)
            for message in self._messages
            if message["id"] in wanted
            or (message.get("role") in ("activity", "reasoning") and message["role"] not in roles)
        ]
        self._messages = [*kept, *wanted.values()]
        self._by_id = {message["id"]: message for message in self._messages}
        self._calls = {}
        for message in self._messages:
            calls = [
                {**call, "function": dict(as_object(call.get("function")))}
                for call in objects_in(message.get("toolCalls"))
            ]
            if calls:
                message["toolCalls"] = calls
            for call in calls:
                if type(call.get("id")) is str:
                    call["function"].setdefault("arguments", "")
                    self._calls[call["id"]] = call, message

    def _activity(self, event: Chunk, kind: str) -> None:
        id = as_string(event.get("messageId"))
        known = self._by_id.get(id)
        if kind == "ACTIVITY_DELTA":
            if known is not None and known.get("role") == "activity":
                known["content"] = _changed(known["content"], event.get("patch"))
                known["activityType"] = event.get("activityType")
            return
        if known is None:
            known = self._add({"id": id, "role": "activity"}, event)
        elif event.get("replace") is False or known.get("role") != "activity":
            return
        known |= {"activityType": event.get("activityType"), "content": event.get("content")}

    def _encrypted(self, event: Chunk) -> None:
        id = as_string(event.get("entityId"))
        target = (
            self._calls[id][0] if event.get("subtype") == "tool-call" and id in self._calls else self._by_id.get(id)
        )
        if target is not None and target.get("role") != "activity":
            target["encryptedValue"] = event.get("encryptedValue")

    @property
    def object(self) -> dict[str, Any]:
        """The run so far: its IDs, the messages that it added, the state, and how it ended."""
        made = {**self._run, "messages": list(map(_shown, self._messages))}
        return made if self._state is _UNSET else {**made, "state": self._state}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs: all messages of the run as parts of one."""
        parts = tuple(part for message in map(_shown, self._messages) for part in _parts(message))
        made = parts or self._run
        id = nonempty_string(self._run.get("runId"))
        return Reply((Message(0, "assistant", parts, self._finish),) if made else (), id, self._model, self._usage)


def _changed(value: Any, operations: Any) -> Any:
    """Return a value after a patch, or the value itself if the patch does not apply."""
    try:
        return patched({} if value is _UNSET else value, operations)
    except PatchError:
        return value


def _known_parts(content: Any) -> Any:
    """Return content without the parts of types that do not exist, which clients leave out."""
    return [part for part in content if is_known_part(part)] if type(content) is list else content


def _merge_metadata(target: dict[str, Any], event: Chunk) -> None:
    if type(event.get("metadata")) is dict:
        target["metadata"] = {**as_object(target.get("metadata")), **event["metadata"]}


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message with its texts joined."""
    shown = dict(message)
    if type(shown.get("content")) is Fragments:
        shown["content"] = joined(shown["content"])
    if "toolCalls" in shown:
        shown["toolCalls"] = [_shown_call(call) for call in objects_in(shown["toolCalls"])]
    return shown


def _shown_call(call: dict[str, Any]) -> dict[str, Any]:
    function = as_object(call.get("function"))
    if type(function.get("arguments")) is not Fragments:
        return call
    return {**call, "function": {**function, "arguments": joined(function["arguments"])}}


def _parts(message: dict[str, Any]) -> list[Part]:
    role, content = message.get("role"), message.get("content")
    if role in ("tool", "activity"):
        return [Part("data", name=as_string(role), data=message)]
    text = content if type(content) is str else ""
    parts = [Part("reasoning" if role == "reasoning" else "text", text)] if text and role != "user" else []
    for call in objects_in(message.get("toolCalls")):
        function = as_object(call.get("function"))
        arguments = function.get("arguments")
        parts.append(
            Part(
                "tool_call",
                arguments if type(arguments) is str else to_json(arguments),
                nonempty_string(call.get("id")),
                nonempty_string(function.get("name")),
                call,
            )
        )
    return parts
