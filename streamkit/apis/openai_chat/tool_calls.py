"""Assemble tool calls from their fragments, even if a provider's indices are missing or collide."""

from __future__ import annotations

from typing import Any

from streamkit.apis._kit.merge import Fragments, joined, merge_fields, to_plain
from streamkit.apis._kit.reading import as_object, nonempty_string
from streamkit.apis.openai_chat.content import name_and_arguments
from streamkit.model.message import Part

_HOLDERS = ("function", "custom")


class ToolCalls:
    """The tool calls of one choice.

    A fragment belongs to the call with its `index`, unless its id differs: several gateways give parallel calls the
    same index. Without an index it belongs to the call with its id, or starts a new call if its id is new, or continues
    the last call if it has no id.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._at: dict[int, _Call] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def feed(self, pieces: list[Any]) -> None:
        """Add the fragments in one delta."""
        for piece in pieces:
            if type(piece) is dict:
                self._call_for(piece).feed(piece)

    def _call_for(self, piece: dict[str, Any]) -> _Call:
        index, id = piece.get("index"), nonempty_string(piece.get("id"))
        if type(index) is int:
            call = self._at.get(index)
            if call is not None and (id is None or call.id in (None, id)):
                return call
            call = self._find_by_id(id) or self._new_call(index)
            self._at[index] = call
            return call
        call = self._find_by_id(id)
        if call is None and id is None and self._calls:
            call = self._calls[-1]
        return call or self._new_call(len(self._calls))

    def _find_by_id(self, id: str | None) -> _Call | None:
        return next((call for call in self._calls if call.id == id), None) if id else None

    def _new_call(self, index: int) -> _Call:
        call = _Call(index)
        self._calls.append(call)
        return call

    def _sorted(self) -> list[_Call]:
        return sorted(self._calls, key=lambda call: call.index)

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The calls as in a non-streaming response, in the order of their indices."""
        return [call.object for call in self._sorted()]

    @property
    def parts(self) -> list[Part]:
        """The calls in the common terms."""
        return [
            Part("tool_call", joined(call.arguments), call.id, call.name, data=call.object) for call in self._sorted()
        ]


class _Call:
    """A tool call under construction."""

    __slots__ = ("arguments", "holder", "id", "index", "inner", "name", "rest", "type")

    def __init__(self, index: int) -> None:
        self.index = index
        self.id: str | None = None
        self.type: str | None = None
        self.name: str | None = None
        self.holder = "function"
        self.arguments = Fragments()
        self.inner: dict[str, Any] = {}
        self.rest: dict[str, Any] = {}

    def feed(self, piece: dict[str, Any]) -> None:
        self.id = self.id or nonempty_string(piece.get("id"))
        self.type = self.type or nonempty_string(piece.get("type"))
        name, arguments = name_and_arguments(piece)
        self.name = self.name or name or None
        if arguments:
            self.arguments.append(arguments)
        if type(piece.get("custom")) is dict:
            self.holder = "custom"
        for holder in _HOLDERS:
            for key, value in as_object(piece.get(holder)).items():
                if key not in ("name", "arguments", "input"):
                    merge_fields(self.inner, {key: value})
        for key, value in piece.items():
            if key not in ("index", "id", "type", "function", "custom"):
                merge_fields(self.rest, {key: value})

    @property
    def object(self) -> dict[str, Any]:
        arguments_key = "arguments" if self.holder == "function" else "input"
        return {
            "id": self.id,
            "type": self.type or self.holder,
            self.holder: {
                "name": self.name,
                arguments_key: joined(self.arguments),
                **{key: to_plain(value) for key, value in self.inner.items()},
            },
            **{key: to_plain(value) for key, value in self.rest.items()},
        }
