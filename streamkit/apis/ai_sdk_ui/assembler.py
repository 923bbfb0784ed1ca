"""Assembles the events of the AI SDK UI message stream into the `UIMessage` that `useChat` shows."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Final

from streamkit.apis import Chunk
from streamkit.apis._kit.merge import MAX_DEPTH, Fragments, joined
from streamkit.apis._kit.reading import as_string, nonempty_string, to_json
from streamkit.apis.ai_sdk_ui.chunks import is_data
from streamkit.model.message import Message, Part, PartKind, Reply

_UNSET: Final = object()
_STATES = {
    "tool-input-start": "input-streaming",
    "tool-input-delta": "input-streaming",
    "tool-input-available": "input-available",
    "tool-input-error": "output-error",
    "tool-output-available": "output-available",
    "tool-output-error": "output-error",
    "tool-output-denied": "output-denied",
}
_KEPT = {
    "source-url": ("sourceId", "url", "title", "providerMetadata"),
    "source-document": ("sourceId", "mediaType", "title", "filename", "providerMetadata"),
    "file": ("mediaType", "url", "providerMetadata"),
    "reasoning-file": ("mediaType", "url", "providerMetadata"),
    "custom": ("kind", "providerMetadata"),
    "steering-message": ("id", "parts"),
}
"""The fields of an event that is a part of the message as it is."""


class UiMessageAssembler:
    """Assembles events into a `UIMessage`. Transient data is not part of it. An error is under `error`."""

    def __init__(self) -> None:
        self._id = ""
        self._metadata: Any = None
        self._parts: list[dict[str, Any]] = []
        self._step = 0
        self._open: dict[tuple[str, str], dict[str, Any]] = {}
        self._calls: dict[str, dict[str, Any]] = {}
        self._data: dict[tuple[str, str], dict[str, Any]] = {}
        self._finish: str | None = None
        self._error: Any = _UNSET

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        kind = as_string(chunk.get("type"))
        family, _, what = kind.partition("-")
        if family in ("text", "reasoning") and what in ("start", "delta", "end"):
            self._text(family, what, chunk)
        elif kind in _STATES:
            self._tool(kind, chunk)
        elif kind in _KEPT:
            self._parts.append({"type": kind, **{name: chunk[name] for name in _KEPT[kind] if name in chunk}})
        elif is_data(kind):
            self._add_data(kind, chunk)
        elif kind in ("tool-approval-request", "tool-approval-response"):
            self._approval(kind, chunk)
        else:
            self._lifecycle(kind, chunk)

    def _lifecycle(self, kind: str, chunk: Chunk) -> None:
        if kind == "start-step":
            self._parts.append({"type": "step-start"})
            self._step = len(self._parts)
        elif kind == "reset-step":
            del self._parts[self._step :]
            self._open.clear()
        elif kind == "start":
            self._id = as_string(chunk.get("messageId")) or self._id
        elif kind == "finish":
            self._finish = nonempty_string(chunk.get("finishReason")) or self._finish
        elif kind == "abort":
            self._finish = "abort"
        elif kind == "error":
            self._error = chunk.get("errorText")
        if kind in ("start", "finish", "message-metadata"):
            self._metadata = _merged(self._metadata, chunk.get("messageMetadata"))

    def _text(self, family: str, what: str, chunk: Chunk) -> None:
        key = family, as_string(chunk.get("id"))
        part = self._open.get(key)
        if what == "start" or part is None:
            part = {"type": family, "text": Fragments(), "state": "streaming"}
            if family == "reasoning":
                part["id"] = key[1]
            self._open[key] = part
            self._parts.append(part)
        if what == "delta" and type(chunk.get("delta")) is str:
            part["text"].append(chunk["delta"])
        if chunk.get("providerMetadata") is not None:
            part["providerMetadata"] = chunk["providerMetadata"]
        if what == "end":
            part["state"] = "done"
            if chunk.get("citations") is not None:
                part["citations"] = chunk["citations"]
            del self._open[key]

    def _tool(self, kind: str, chunk: Chunk) -> None:
        id = as_string(chunk.get("toolCallId"))
        part = self._calls.get(id)
        if part is None or (kind == "tool-input-start" and part["state"] != "input-streaming"):
            part = self._call(id, chunk)
        part["state"] = _STATES[kind]
        if kind == "tool-input-delta":
            part["rawInput"].append(as_string(chunk.get("inputTextDelta")))
            return
        _name(part, chunk)
        for name in ("input", "output", "errorText", "preliminary", "inputEncoding"):
            if name in chunk:
                part[name] = chunk[name]
        for name in ("title", "toolMetadata", "providerExecuted"):
            if chunk.get(name) is not None:
                part[name] = chunk[name]
        if kind.startswith("tool-output") and "preliminary" not in chunk:
            part.pop("preliminary", None)
        if kind in ("tool-input-available", "tool-input-error"):
            part["rawInput"] = Fragments()
            part.pop("inputEncoding", None)
        if chunk.get("providerMetadata") is not None:
            result = part["state"] in ("output-available", "output-error")
            part["resultProviderMetadata" if result else "callProviderMetadata"] = chunk["providerMetadata"]

    def _call(self, id: str, chunk: Chunk) -> dict[str, Any]:
        """Add the part of a new call. A result whose call was in an earlier message has no name."""
        part = {
            "type": "dynamic-tool",
            "toolCallId": id,
            "rawInput": Fragments(),
            "dynamic": chunk.get("dynamic") is True,
        }
        self._calls[id] = part
        self._parts.append(part)
        return part

    def _approval(self, kind: str, chunk: Chunk) -> None:
        if kind == "tool-approval-request":
            part = self._calls.get(as_string(chunk.get("toolCallId")))
            if part is not None:
                part["state"] = "approval-requested"
                part["approval"] = {"id": chunk.get("approvalId")}
                for name, kept in (
                    ("approvalDescriptor", "descriptor"),
                    ("inputSchemaInput", "inputSchemaInput"),
                    ("reason", "requestReason"),
                    ("isAutomatic", "isAutomatic"),
                    ("signature", "signature"),
                ):
                    if chunk.get(name) not in (None, False):
                        part["approval"][kept] = chunk[name]
            return
        approval_id = chunk.get("approvalId")
        for part in self._calls.values():
            approval = part.get("approval")
            if approval is not None and approval["id"] == approval_id:
                part["state"] = "approval-responded"
                part["approval"] = {**approval, "approved": chunk.get("approved")}
                if chunk.get("reason") is not None:
                    part["approval"]["reason"] = chunk["reason"]
                if chunk.get("providerExecuted") is not None:
                    part["providerExecuted"] = chunk["providerExecuted"]
                if chunk.get("providerMetadata") is not None:
                    part["callProviderMetadata"] = chunk["providerMetadata"]

    def _add_data(self, kind: str, chunk: Chunk) -> None:
        if chunk.get("transient"):
            return
        id = chunk.get("id")
        known = self._data.get((kind, id)) if type(id) is str else None
        if known is not None:
            known["data"] = chunk.get("data")
            return
        part = dict(chunk)
        self._parts.append(part)
        if type(id) is str:
            self._data[kind, id] = part

    @property
    def object(self) -> dict[str, Any]:
        """The message assembled so far."""
        message: dict[str, Any] = {"id": self._id, "role": "assistant", "parts": list(map(_shown, self._parts))}
        if self._metadata is not None:
            message["metadata"] = self._metadata
        return message if self._error is _UNSET else {**message, "error": self._error}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        parts = tuple(_part(part) for part in map(_shown, self._parts) if part["type"] != "step-start")
        made = parts or self._finish or self._id
        return Reply((Message(0, "assistant", parts, self._finish),) if made else (), self._id or None)


def _name(part: dict[str, Any], chunk: Chunk) -> None:
    """Set the type of a call's part, which contains the name of a tool that is known beforehand."""
    name = nonempty_string(chunk.get("toolName"))
    if name is None:
        return
    if part["dynamic"]:
        part["toolName"] = name
    else:
        part["type"] = f"tool-{name}"


def _shown(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part as the message shows it: with joined texts, without what only the assembler needs."""
    if part["type"] in ("text", "reasoning") and type(part["text"]) is Fragments:
        return {**part, "text": joined(part["text"])}
    if "rawInput" not in part or type(part["rawInput"]) is not Fragments:
        return dict(part)
    shown = {key: value for key, value in part.items() if key not in ("rawInput", "dynamic")}
    raw = joined(part["rawInput"])
    if raw:
        shown["rawInput"] = raw
        if part.get("inputEncoding") == "text":
            shown["input"] = raw
        else:
            with suppress(ValueError, RecursionError):  # the input may be incomplete
                shown["input"] = json.loads(raw)
    return shown


def _part(part: dict[str, Any]) -> Part:
    kind = as_string(part.get("type"))
    if kind in ("text", "reasoning"):
        part_kind: PartKind = "text" if kind == "text" else "reasoning"
        return Part(part_kind, as_string(part.get("text")))
    if "toolCallId" in part and "state" in part:
        text = part.get("rawInput") or (to_json(part["input"]) if "input" in part else "")
        name = nonempty_string(part.get("toolName")) or (kind.removeprefix("tool-") if kind != "dynamic-tool" else None)
        return Part("tool_call", text, nonempty_string(part["toolCallId"]), name, part)
    return Part("citation" if kind.startswith("source-") else "data", name=kind, data=part)


def _merged(base: Any, more: Any, depth: int = 0) -> Any:
    """Return metadata with a later report merged into it: objects key by key, anything else replaced."""
    if more is None:
        return base
    if type(base) is not dict or type(more) is not dict or depth >= MAX_DEPTH:
        return more
    return {**base, **{key: _inner(base.get(key), value, depth + 1) for key, value in more.items()}}


def _inner(base: Any, value: Any, depth: int) -> Any:
    return _merged(base, value, depth) if type(base) is dict and type(value) is dict else value
