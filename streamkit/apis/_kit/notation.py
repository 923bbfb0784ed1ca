"""A compact notation for shape tables, for objects with many fields that clients seldom read.

    Citation = { url: string, title?: string, start_index: integer }
    Part = type of output_text OutputText, refusal Refusal
    Usage = { input_tokens: count, details: Details | null, tier?: "default" | "flex", tools: Tool[] }

Each definition starts on a new line, continues on indented lines, and may use only names defined above it. A field
marked `field?` may be absent or null; every other field is required. `count` is a nonnegative integer, `object` an
object with any fields, `any` any value. `type of` defines an object whose field `type` selects the shape of its other
fields; types that are not listed are allowed, since APIs add new ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from streamkit.apis._kit.shape import ANY, Field, Shape, array, boolean, count, integer, number, string, structure
from streamkit.model.finding import Severity

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
"""Fields on whose value clients branch. An unknown value in one of them is a warning, in any other field only a note.
"""


def shapes(text: str, known: Mapping[str, Shape] | None = None, *, null: bool = True) -> dict[str, Shape]:
    """Parse definitions in this notation. Return their shapes by name, including those in `known`.

    Without `null`, a `field?` may be absent but not null; a null is a warning. Raises ValueError if a definition is invalid.
    """
    found = dict(known or {})
    for line in re.sub(r"\n +", " ", text).strip().split("\n"):
        reader = _Reader(_TOKEN.findall(line), found, null=null)
        name = reader.take()
        reader.expect("=")
        found[name] = replace(reader.definition(name), name=name)
        if reader.left:
            raise ValueError(f"{name}: unexpected {reader.left[-1]!r} after the definition")
    return found


class _Reader:
    """A recursive-descent parser for one definition."""

    def __init__(self, tokens: list[str], known: Mapping[str, Shape], *, null: bool) -> None:
        self.left = tokens[::-1]
        self._known = known
        self._null = null

    def take(self) -> str:
        if not self.left:
            raise ValueError("unexpected end of the definition")
        return self.left.pop()

    def expect(self, token: str) -> None:
        found = self.take()
        if found != token:
            raise ValueError(f"expected {token!r}, found {found!r}")

    def _accept(self, token: str) -> bool:
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
            if not self._accept(","):
                break
        kind = string(required=True)
        return Shape(types=("object",), fields={"type": kind}, variant_key="type", variants=made)

    def _union(self, name: str) -> Field:
        parts = [self._one(name)]
        while self._accept("|"):
            parts.append(self._one(name))
        return parts[0] if len(parts) == 1 else Field(_merged([part.shape for part in parts]))

    def _one(self, name: str) -> Field:
        token = self.take()
        if token == "{":
            found = structure(self._fields())
        elif token == "(":
            found = self._union(name)
            self.expect(")")
        elif token.startswith('"'):
            found = string(token.strip('"'))
        elif token in _PLAIN:
            found = _PLAIN[token]()
        elif token in self._known:
            found = Field(self._known[token])
        else:
            raise ValueError(f"undefined name {token!r}")
        while self._accept("[]"):
            found = array(found)
        return found

    def _fields(self) -> dict[str, Field]:
        found: dict[str, Field] = {}
        while not self._accept("}"):
            name = self.take()
            optional = self._accept("?")
            self.expect(":")
            shape = self._union(name).shape
            if optional and shape.types and self._null:
                shape = replace(shape, types=tuple(dict.fromkeys((*shape.types, "null"))))
            problem = "unknown-word" if name in _DECISIVE else "new-value"
            null_is: Severity | None = "warning" if optional else None
            found[name] = Field(shape, not optional).called(wrong_value=problem, null_is=null_is)
            self._accept(",")
        return found


def _merged(parts: list[Shape]) -> Shape:
    """Return the union of the shapes. The name of a named shape is kept if the only other member is null."""
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
