"""Check the tool calls of a chat stream: their indices, ids, names and arguments.

A tool call is identified by `index` alone. Its id, type and name come once, in its first delta; the arguments come in
fragments that add up to a JSON object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

import orjson

from streamkit.frozen import dataclass
from streamkit.model.grammar import Misstep

KINDS = frozenset(
    {
        "finish-tool-mismatch",
        "interleaved-tools",
        "tool-args-invalid-json",
        "tool-call-no-type",
        "tool-id-collision",
        "tool-id-repeated",
        "tool-index-gap",
        "tool-name-repeated",
        "tool-no-id",
        "tool-no-name",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""


@dataclass(slots=True)
class _Call:
    """A tool call so far. `chunk` and `path` are those of its first delta."""

    chunk: int
    path: str
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class ToolCallChecks:
    """The tool calls of one stream, by choice and index."""

    def __init__(self) -> None:
        self._calls: dict[object, dict[int, _Call]] = {}
        self._replaced: list[tuple[object, int, _Call]] = []
        self._last: dict[object, int] = {}

    def delta(self, choice: object, delta: dict[str, Any], chunk: int, path: str) -> Iterator[Misstep]:
        """Check one delta of one choice."""
        entries = delta.get("tool_calls")
        if not isinstance(entries, list):
            return
        calls = self._calls.setdefault(choice, {})
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield from self._entry(choice, calls, entry, chunk, f"{path}.tool_calls[{index}]")

    def _entry(
        self, choice: object, calls: dict[int, _Call], entry: dict[str, Any], chunk: int, path: str
    ) -> Iterator[Misstep]:
        index = entry.get("index")
        if type(index) is not int:
            # The shape check reports a missing index; here the most likely one is assumed.
            index = len(calls) if entry.get("id") or not calls else max(calls)
        elif index not in calls and index != len(calls):
            message = f"the first delta of a call has index {index}, but {len(calls)} was expected"
            yield Misstep("tool-index-gap", chunk, message, f"{path}.index")
        if index in calls and self._last.get(choice, index) != index:
            message = f"call {index} continues after call {self._last[choice]} began"
            yield Misstep("interleaved-tools", chunk, message, f"{path}.index")
        self._last[choice] = index
        function = entry.get("function")
        function = function if isinstance(function, dict) else {}
        call = calls.get(index)
        if call is None:
            call = calls[index] = _Call(chunk, path)
            yield from _check_first_delta(entry, function, index, chunk, path)
        elif entry.get("id") and call.id and entry["id"] != call.id:
            message = f'call {index} is "{entry["id"]}", but was "{call.id}" before: two calls share an index'
            yield Misstep("tool-id-collision", chunk, message, f"{path}.index")
            self._replaced.append((choice, index, call))
            call = calls[index] = _Call(chunk, path)
        else:
            yield from _check_later_delta(call, entry, function, index, chunk, path)
        _take(call, entry, function)

    def end(self, finish: Mapping[object, str], *, forced: bool = False) -> Iterator[Misstep]:
        """Yield the missteps that show only after the last chunk.

        `finish` is the finish reason of each choice that has one. `forced` says that the request names the tool to
        call, in which case OpenAI finishes with `stop`.
        """
        calls = [(choice, index, call) for choice, made in self._calls.items() for index, call in made.items()]
        for choice, index, call in (*self._replaced, *calls):
            if call.arguments and not _is_json_object("".join(call.arguments)):
                short = finish.get(choice) == "length"
                yield Misstep(
                    "tool-args-invalid-json",
                    call.chunk,
                    f"the arguments of call {index} are not a JSON object"
                    + (", and the response was cut at its length limit" if short else ""),
                    f"{call.path}.function.arguments",
                    "warning" if short else None,
                )
        yield from self._mismatches(finish, forced=forced)

    def _mismatches(self, finish: Mapping[object, str], *, forced: bool) -> Iterator[Misstep]:
        for choice, reason in finish.items():
            calls = self._calls.get(choice)
            if calls and reason == "stop" and not forced:
                message = f'choice {choice} made tool calls but finished with "stop"'
                yield Misstep("finish-tool-mismatch", None, message)
            if not calls and reason == "tool_calls":
                message = f'choice {choice} finished with "tool_calls" but made none'
                yield Misstep("finish-tool-mismatch", None, message)


def _check_first_delta(
    entry: dict[str, Any], function: dict[str, Any], index: int, chunk: int, path: str
) -> Iterator[Misstep]:
    """Check the first delta of a call."""
    if not entry.get("id"):
        yield Misstep("tool-no-id", chunk, f"the first delta of call {index} has no id", f"{path}.id")
    custom = entry.get("custom")
    is_shapeless = "function" in entry and not isinstance(entry["function"], dict)
    if not function.get("name") and not (isinstance(custom, dict) and custom.get("name")) and not is_shapeless:
        message = f"the first delta of call {index} has no function name"
        yield Misstep("tool-no-name", chunk, message, f"{path}.function.name")
    if not entry.get("type"):
        yield Misstep("tool-call-no-type", chunk, f"the first delta of call {index} has no type", f"{path}.type")


def _check_later_delta(
    call: _Call, entry: dict[str, Any], function: dict[str, Any], index: int, chunk: int, path: str
) -> Iterator[Misstep]:
    """Check a later delta of a call."""
    if entry.get("id") and call.id:
        yield Misstep("tool-id-repeated", chunk, f"call {index} repeats its id", f"{path}.id")
    if function.get("name") and call.name:
        message = f'call {index} repeats its name "{function["name"]}"'
        yield Misstep("tool-name-repeated", chunk, message, f"{path}.function.name")


def _take(call: _Call, entry: dict[str, Any], function: dict[str, Any]) -> None:
    if isinstance(entry.get("id"), str):
        call.id = call.id or entry["id"]
    if isinstance(function.get("name"), str):
        call.name = call.name or function["name"]
    if isinstance(function.get("arguments"), str) and function["arguments"]:
        call.arguments.append(function["arguments"])


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False
