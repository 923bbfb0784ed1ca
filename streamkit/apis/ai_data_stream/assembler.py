"""Assembles the lines of the AI SDK data stream into the message that `useChat` shows."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Final

from streamkit.apis import Chunk
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import as_object, as_string, nonempty_string, to_json
from streamkit.apis.ai_data_stream.chunks import usage
from streamkit.model.message import Message, Part, Reply, Usage

_UNSET: Final = object()


class DataStreamAssembler:
    """Assembles lines into a message. An error is under `error`, the application's data under `data`."""

    def __init__(self) -> None:
        self._id = ""
        self._content, self._reasoning = Fragments(), Fragments()
        self._parts: list[dict[str, Any]] = []
        self._text: dict[str, Any] | None = None
        self._thought: dict[str, Any] | None = None
        self._detail: dict[str, Any] | None = None
        self._calls: dict[str, dict[str, Any]] = {}
        self._annotations: list[Any] = []
        self._data: list[Any] = []
        self._step = 0
        self._finish: str | None = None
        self._usage: Usage | None = None
        self._error: Any = _UNSET

    def feed(self, chunk: Chunk) -> None:
        """Take the next line. Never raises on content."""
        code, value = chunk.get("code"), chunk.get("value")
        if code == "0":
            self._add_text(as_string(value))
        elif code in ("g", "i", "j"):
            self._add_reasoning(code, value)
        elif code in ("9", "a", "b", "c"):
            self._add_call(code, as_object(value))
        elif code == "h":
            self._parts.append({"type": "source", "source": value})
        elif code == "k":
            self._parts.append({"type": "file", **_some(value, "mimeType", "data")})
        elif code in ("2", "8"):
            (self._data if code == "2" else self._annotations).extend(value if type(value) is list else ())
        else:
            self._lifecycle(code, chunk)

    def _lifecycle(self, code: Any, chunk: Chunk) -> None:
        fields = as_object(chunk.get("value"))
        if code == "f":
            self._id = as_string(fields.get("messageId")) or self._id
            self._parts.append({"type": "step-start"})
        elif code == "e":
            self._step += 1
            self._text = self._text if fields.get("isContinued") is True else None
            self._thought = self._detail = None
        elif code == "d":
            self._finish = nonempty_string(fields.get("finishReason")) or self._finish
            self._usage = usage(chunk) or self._usage
        elif code == "3":
            self._error = chunk.get("value")

    def _add_text(self, text: str) -> None:
        if self._text is None:
            self._text = {"type": "text", "text": Fragments()}
            self._parts.append(self._text)
        self._text["text"].append(text)
        self._content.append(text)

    def _add_reasoning(self, code: str, value: Any) -> None:
        if code == "j":
            if self._detail is not None:
                self._detail.update(_some(value, "signature"))
            return
        if self._thought is None:
            self._thought = {"type": "reasoning", "reasoning": Fragments(), "details": []}
            self._parts.append(self._thought)
        if code == "i":
            self._thought["details"].append({"type": "redacted", **_some(value, "data")})
            self._detail = None
            return
        if self._detail is None:
            self._detail = {"type": "text", "text": Fragments()}
            self._thought["details"].append(self._detail)
        for grown in (self._detail["text"], self._thought["reasoning"], self._reasoning):
            grown.append(as_string(value))

    def _add_call(self, code: str, value: dict[str, Any]) -> None:
        id = as_string(value.get("toolCallId"))
        call = self._calls.get(id)
        if call is None:
            call = {"state": "partial-call", "step": self._step, "toolCallId": id, "raw": Fragments(), "given": {}}
            self._calls[id] = call
            self._parts.append({"type": "tool-invocation", "toolInvocation": call})
        if code == "c":
            call["raw"].append(as_string(value.get("argsTextDelta")))
            return
        call["given"].update(value)
        call["state"] = {"9": "call", "a": "result"}.get(code, call["state"])
        if code == "9":
            call["step"] = self._step

    @property
    def object(self) -> dict[str, Any]:
        """The message assembled so far."""
        message: dict[str, Any] = {"id": self._id, "role": "assistant", "content": joined(self._content)}
        message["parts"] = list(map(_shown, self._parts))
        if self._reasoning:
            message["reasoning"] = joined(self._reasoning)
        if self._calls:
            message["toolInvocations"] = list(map(_invocation, self._calls.values()))
        if self._annotations:
            message["annotations"] = list(self._annotations)
        if self._data:
            message["data"] = list(self._data)
        return message if self._error is _UNSET else {**message, "error": self._error}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        parts = tuple(_part(part) for part in map(_shown, self._parts) if part["type"] != "step-start")
        made = parts or self._finish or self._id
        messages = (Message(0, "assistant", parts, self._finish),) if made else ()
        return Reply(messages, self._id or None, usage=self._usage)


def _some(value: Any, *names: str) -> dict[str, Any]:
    fields = as_object(value)
    return {name: fields[name] for name in names if name in fields}


def _invocation(call: dict[str, Any]) -> dict[str, Any]:
    """Return a call as the message shows it. Its arguments are those of the deltas until they come as a whole."""
    shown: dict[str, Any] = {name: call[name] for name in ("state", "step", "toolCallId")}
    raw = joined(call["raw"])
    if raw:
        with suppress(ValueError, RecursionError):  # the arguments may be incomplete
            shown["args"] = json.loads(raw)
    shown.update(call["given"])
    return shown


def _shown(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part as the message shows it, with joined texts."""
    kind = part["type"]
    if kind == "text":
        return {**part, "text": joined(part["text"])}
    if kind == "reasoning":
        details = [{**each, "text": joined(each["text"])} if "text" in each else each for each in part["details"]]
        return {**part, "reasoning": joined(part["reasoning"]), "details": details}
    if kind == "tool-invocation":
        raw = {"rawArgs": joined(part["toolInvocation"]["raw"])}
        shown = _invocation(part["toolInvocation"])
        return {**part, "toolInvocation": shown, **({} if "args" in shown or not raw["rawArgs"] else raw)}
    return dict(part)


def _part(part: dict[str, Any]) -> Part:
    kind = part["type"]
    if kind == "text":
        return Part("text", part["text"])
    if kind == "reasoning":
        return Part("reasoning", part["reasoning"])
    if kind == "tool-invocation":
        call = part["toolInvocation"]
        arguments = to_json(call["args"]) if "args" in call else part.get("rawArgs", "")
        return Part(
            "tool_call", arguments, nonempty_string(call["toolCallId"]), nonempty_string(call.get("toolName")), call
        )
    return Part("citation" if kind == "source" else "data", name=kind, data=part)
