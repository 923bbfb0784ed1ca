"""Frozen, slotted dataclasses that take a third less time to make: commands make a hundred of them before they read a byte.

`dataclass` here is the standard library's, and to type checkers it is that very one. For `frozen=True, slots=True` it
writes `__repr__`, `__eq__` and `__hash__` as functions over the fields, where the standard library compiles three of its
own for every class; what they give is the same, and the tests hold them equal.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(**how: bool):
        """A class decorator: `dataclasses.dataclass`, quick for values, which are frozen and have slots."""
        return _made if how == {"frozen": True, "slots": True} else dataclasses.dataclass(**how)


def _made(cls: type) -> Any:
    written = vars(cls)
    made: Any = dataclasses.dataclass(frozen=True, slots=True, repr=False, eq=False)(cls)
    fields = dataclasses.fields(made)
    compared = [field.name for field in fields if field.compare]
    if "__eq__" not in written and "__hash__" not in written:
        made.__eq__, made.__hash__ = _comparison(made, compared)
    if "__repr__" not in written:
        made.__repr__ = _representation([field.name for field in fields if field.repr])
    return made


def _comparison(cls: type, names: list[str]) -> tuple[Any, Any]:
    get = attrgetter(*names) if names else lambda _: ()

    def equal(self: object, other: object) -> bool:
        return get(self) == get(other) if other.__class__ is self.__class__ else NotImplemented

    def digest(self: object) -> int:
        return hash((cls, get(self)))

    return equal, digest


def _representation(names: list[str]) -> Any:
    @recursive_repr()
    def shown(self: object) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return shown
