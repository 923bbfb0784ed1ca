"""Tables of shapes in a short notation, for objects with many fields that are told and seldom read.

    Citation = { url: string, title?: string, start_index: integer }
    Part = type of output_text OutputText, refusal Refusal
    Usage = { input_tokens: count, details: Details | null, tier?: "default" | "flex", tools: Tool[] }

A definition begins a line, is of names defined before it, and goes on in lines that are indented. `field?` may be absent
or null, every other field must be there. `count` is an integer that is 0 or more, `object` one of any fields, `any`
anything. `type of` tells of an object whose field `type` names the shape of the rest; a type that is not in the list is
as lawful as it is new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from streamkit.apis._kit.shape import ANY, Field, Shape, array, boolean, count, integer, number, string, structure

_TOKEN = re.compile(r'"[^"]*"|\w+|\[\]|[{}()|,:?=]')
_PLAIN: Mapping[str, Callable[[], Field]] = {
    "string": string,
    "integer": integer,
    "count": count,
    "number": number,
    "boolean": boolean,
    "object": lambda: structure({}),
    "null": lambda: Field(Shape(types=("null",))),
    "any": lambda: ANY,
}
_DECISIVE = frozenset({"object", "role", "status", "type"})
"""Fields by which clients decide. A new word in one of them is a warning, and in any other one news."""


def shapes(text: str, known: Mapping[str, Shape] | None = None) -> dict[str, Shape]:
    """The shapes that a text in this notation defines, by name, and those `known` before. Raises ValueError where the text
    is invalid."""
    found = dict(known or {})
    for line in re.sub(r"\n +", " ", text).strip().split("\n"):
        reader = _Reader(_TOKEN.findall(line), found)
        name = reader.take()
        reader.want("=")
        found[name] = replace(reader.definition(name), name=name)
        if reader.left:
            raise ValueError(f"{name}: {reader.left[-1]!r} is left over")
    return found


class _Reader:
    """Reads one definition, token by token."""

    def __init__(self, tokens: list[str], known: Mapping[str, Shape]) -> None:
        self.left = tokens[::-1]
        self._known = known

    def take(self) -> str:
        if not self.left:
            raise ValueError("the definition ends too early")
        return self.left.pop()

    def want(self, token: str) -> None:
        found = self.take()
        if found != token:
            raise ValueError(f"{token!r} expected, not {found!r}")

    def _has(self, token: str) -> bool:
        if self.left and self.left[-1] == token:
            self.left.pop()
            return True
        return False

    def definition(self, name: str) -> Shape:
        if self.left[-2:] == ["of", "type"]:
            del self.left[-2:]
            return self._variants()
        return self._union(name).shape

    def _variants(self) -> Shape:
        made: dict[str, Shape] = {}
        while True:
            word = self.take()
            made[word] = self._one(word).shape
            if not self._has(","):
                break
        kind = string(required=True)
        return Shape(types=("object",), fields={"type": kind}, variant_key="type", variants=made)

    def _union(self, name: str) -> Field:
        parts = [self._one(name)]
        while self._has("|"):
            parts.append(self._one(name))
        return parts[0] if len(parts) == 1 else Field(_merged([part.shape for part in parts]))

    def _one(self, name: str) -> Field:
        token = self.take()
        if token == "{":
            found = structure(self._fields())
        elif token == "(":
            found = self._union(name)
            self.want(")")
        elif token.startswith('"'):
            found = string(token.strip('"'))
        elif token in _PLAIN:
            found = _PLAIN[token]()
        elif token in self._known:
            found = Field(self._known[token])
        else:
            raise ValueError(f"{token!r} is not defined")
        while self._has("[]"):
            found = array(found)
        return found

    def _fields(self) -> dict[str, Field]:
        found: dict[str, Field] = {}
        while not self._has("}"):
            name = self.take()
            optional = self._has("?")
            self.want(":")
            shape = self._union(name).shape
            if optional and shape.types:
                shape = replace(shape, types=tuple(dict.fromkeys((*shape.types, "null"))))
            word = "unknown-word" if name in _DECISIVE else "new-value"
            found[name] = Field(shape, not optional).called(wrong_value=word)
            self._has(",")
        return found


def _merged(parts: list[Shape]) -> Shape:
    """One shape for a value that has any of these. A named one keeps its name where the others add nothing but null."""
    types = tuple(dict.fromkeys(name for part in parts for name in part.types))
    if any(not part.types for part in parts):
        return Shape()
    merged = Shape(types=types)
    for part in parts:
        merged = replace(
            merged,
            fields=part.fields or merged.fields,
            items=part.items or merged.items,
            values=(*merged.values, *part.values),
            variant_key=part.variant_key or merged.variant_key,
            variants=part.variants or merged.variants,
            least=part.least if part.least is not None else merged.least,
        )
    named = [part.name for part in parts if part.types != ("null",)]
    return replace(merged, name=named[0]) if len(named) == 1 else merged
