"""Assemble a `GenerateContentResponse` from those of a stream.

Consecutive text parts are joined, thoughts and answers separately; other parts are kept as received. Function calls
whose arguments arrive in fragments (`partialArgs`) are assembled by JSON path. All other fields keep their last value.
"""

from __future__ import annotations

import re
from typing import Any

from streamkit.apis._kit.merge import join_surrogates, merge, to_plain
from streamkit.apis._kit.reading import as_index, as_object, as_string, nonempty_string, objects_in, to_json
from streamkit.apis.gemini.chunks import parse_usage
from streamkit.model.message import Message, Part, Reply

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d{1,6})\]|\[['\"](.*?)['\"]\]")
_GROWING = frozenset({"citationMetadata", "logprobsResult"})
_MAX_ENTRIES = 10_000  # an index beyond this is invalid
_VALUES = ("stringValue", "numberValue", "boolValue", "nullValue")


class GeminiAssembler:
    """Assembles `GenerateContentResponse` objects into one."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._candidates: dict[int, _Candidate] = {}
        self._fed = 0

    def feed(self, chunk: dict[str, Any]) -> None:
        """Take the next object. Never raises on content."""
        self._fed += 1
        for key, value in chunk.items():
            if key == "candidates":
                self._head.setdefault(key, [])
                for candidate in objects_in(value):
                    index = as_index(candidate.get("index"), 0)
                    self._candidates.setdefault(index, _Candidate()).feed(candidate)
            elif value is not None:
                self._head[key] = value

    @property
    def object(self) -> dict[str, Any]:
        """The `GenerateContentResponse` assembled so far."""
        response = {"candidates": [], **self._head}
        response["candidates"] = [candidate.object for _, candidate in sorted(self._candidates.items())]
        if not self._candidates and "candidates" not in self._head:
            del response["candidates"]
        return response

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        head = self._head
        messages = tuple(candidate.message(index) for index, candidate in sorted(self._candidates.items()))
        id, model = nonempty_string(head.get("responseId")), nonempty_string(head.get("modelVersion"))
        return Reply(messages, id, model, parse_usage(head.get("usageMetadata")))


class _Candidate:
    """A candidate under construction."""

    __slots__ = ("content", "fields", "parts")

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.content: dict[str, Any] = {}
        self.parts: list[dict[str, Any]] = []

    def feed(self, candidate: dict[str, Any]) -> None:
        for key, value in candidate.items():
            if key == "content":
                content = as_object(value)
                self.content.update((name, field) for name, field in content.items() if name != "parts")
                for part in objects_in(content.get("parts")):
                    self._add(part)
            elif key in _GROWING:
                self.fields[key] = merge(self.fields.get(key), value)
            elif value is not None:
                self.fields[key] = value

    def _add(self, part: dict[str, Any]) -> None:
        last = self.parts[-1] if self.parts else {}
        if type(part.get("text")) is str and "text" in last and _same_kind(last, part):
            last["text"] = merge(last["text"], part["text"])
            last.update((key, value) for key, value in part.items() if key != "text")
            return
        call = part.get("functionCall")
        if type(call) is dict and ("partialArgs" in call or call.get("willContinue") or not call):
            self._add_call(part, call, last)
            return
        self.parts.append(dict(part))

    def _add_call(self, part: dict[str, Any], call: dict[str, Any], last: dict[str, Any]) -> None:
        """Add a fragment of a call whose arguments arrive by JSON path. A fragment with a name starts a new call."""
        growing = last.get("functionCall")
        if type(growing) is not _Call or call.get("name"):
            growing = _Call()
            self.parts.append({**part, "functionCall": growing})
        else:
            last.update((key, value) for key, value in part.items() if key != "functionCall")
        growing.feed(call)

    @property
    def object(self) -> dict[str, Any]:
        fields = {key: to_plain(value) for key, value in self.fields.items()}
        if not self.parts and not self.content:
            return fields
        return {"content": {"parts": self._plain_parts(), **self.content}, **fields}

    def _plain_parts(self) -> list[dict[str, Any]]:
        return [
            {key: value.object if type(value) is _Call else to_plain(value) for key, value in part.items()}
            for part in self.parts
        ]

    def message(self, index: int) -> Message:
        role = nonempty_string(self.content.get("role"))
        parts = tuple(map(_convert_part, self._plain_parts()))
        return Message(index, role, parts, nonempty_string(self.fields.get("finishReason")))


class _Call:
    """A function call whose arguments arrive in fragments."""

    __slots__ = ("args", "fields")

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.args: dict[tuple[str | int, ...], Any] = {}

    def feed(self, call: dict[str, Any]) -> None:
        for key, value in call.items():
            if key not in ("partialArgs", "willContinue", "args"):
                self.fields[key] = value
        for piece in objects_in(call.get("partialArgs")):
            path = _steps(as_string(piece.get("jsonPath")))
            kind = next((name for name in _VALUES if name in piece), None)
            if kind == "stringValue" and path in self.args:
                self.args[path] = merge(self.args[path], as_string(piece[kind]))
            elif kind is not None:
                self.args[path] = None if kind == "nullValue" else piece[kind]

    @property
    def object(self) -> dict[str, Any]:
        args: dict[str, Any] = {}
        for path, value in self.args.items():
            _put(args, path, to_plain(value))
        return {**self.fields, "args": args}


def _same_kind(one: dict[str, Any], other: dict[str, Any]) -> bool:
    signed = "thoughtSignature" in one and "thoughtSignature" in other
    return bool(one.get("thought")) == bool(other.get("thought")) and not signed


def _steps(path: str) -> tuple[str | int, ...]:
    """Parse a JSON path such as `$.recipe.steps[9]` into its steps."""
    return tuple(int(index) if index else name or quoted for name, index, quoted in _STEP.findall(path))


def _put(holder: Any, path: tuple[str | int, ...], value: Any) -> None:
    """Set a value at a path. If another kind of value is in the way, the value is dropped."""
    for step, following in zip(path, (*path[1:], None), strict=True):
        fresh: Any = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(step, int) and isinstance(holder, list) and step < _MAX_ENTRIES:
            while len(holder) <= step:
                holder.append(None)
            if following is None or holder[step] is None:
                holder[step] = fresh
        elif isinstance(step, str) and isinstance(holder, dict):
            if following is None or step not in holder:
                holder[step] = fresh
        else:
            return
        holder = holder[step]


def _convert_part(part: dict[str, Any]) -> Part:
    """Convert a part to the terms common to all APIs."""
    if type(part.get("text")) is str:
        text = join_surrogates(part["text"])
        return Part("reasoning" if part.get("thought") else "text", text, data=part if len(part) > 1 else None)
    call = part.get("functionCall")
    if type(call) is dict:
        return Part(
            "tool_call",
            to_json(call.get("args", {})),
            nonempty_string(call.get("id")),
            nonempty_string(call.get("name")),
            part,
        )
    kind = next((key for key in part if key not in ("thought", "thoughtSignature")), None)
    return Part("data", name=kind, data=part)
