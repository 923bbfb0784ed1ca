"""Frozen, slotted dataclasses that are cheap to define.

The standard library compiles six functions for each class, which took a quarter of the time of a short command: it imports
about sixty such classes and creates instances of half of them. Here only `__init__` is compiled, when the first instance is
created; all classes share the other methods. Everything else is as in the standard library (`tests/test_frozen.py` compares the
two), and type checkers see `dataclasses.dataclass`.
"""

from __future__ import annotations

import dataclasses
import sys
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool = False, kw_only: bool = False) -> Callable[[type], type]:
        """Return the decorator, like `dataclasses.dataclass`, which still handles classes that are not frozen, slotted and plain."""
        return lambda cls: _made(cls, frozen=frozen, slots=slots, kw_only=kw_only)


def _made(cls: Any, *, frozen: bool, slots: bool, kw_only: bool) -> Any:
    if not (frozen and slots and _is_plain(cls)):
        return dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only)(cls)
    own = {**vars(cls)}
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
    parameters = made.__dataclass_params__
    parameters.init = parameters.repr = parameters.eq = parameters.frozen = True
    for name, method in _methods(made).items():
        if name not in own or (name == "__hash__" and own[name] is None):  # a class with an `__eq__` has None
            setattr(made, name, method)
    return made


def _is_plain(cls: type) -> bool:
    """Return whether all fields are defined in the class itself, and its `__init__` only assigns them."""
    if hasattr(cls, "__dataclass_fields__") or hasattr(cls, "__post_init__"):
        return False
    if any("InitVar" in str(hint) for hint in getattr(cls, "__annotations__", {}).values()):
        return False
    return all(value.init for value in vars(cls).values() if isinstance(value, dataclasses.Field))


def _methods(cls: Any) -> dict[str, Any]:
    fields = dataclasses.fields(cls)
    compared = _getter([field.name for field in fields if field.compare])
    hashed = _getter([field.name for field in fields if (field.compare if field.hash is None else field.hash)])
    shown = [field.name for field in fields if field.repr]

    def __eq__(self: Any, other: object) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(hashed(self))

    @recursive_repr()
    def __repr__(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    shared = {"__setattr__": _setattr, "__delattr__": _delattr, "__getstate__": _getstate, "__setstate__": _setstate}
    return {"__init__": _Init(cls), "__eq__": __eq__, "__hash__": __hash__, "__repr__": __repr__, **shared}


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that returns these attributes of a value as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _setattr(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


class _Init:
    """A placeholder for the `__init__` of a class until the first instance is created or the attribute is read."""

    def __init__(self, cls: Any) -> None:
        self._cls = cls

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        if vars(self._cls)["__init__"] is self:
            self._cls.__init__ = _compiled_init(self._cls)
        init = self._cls.__init__
        return init if instance is None else init.__get__(instance)


class _Unset:
    """The default of a parameter whose field has a default factory."""

    def __repr__(self) -> str:
        return "<factory>"


_UNSET = _Unset()


def _compiled_init(cls: Any) -> Any:
    """Return an `__init__` that sets the slots through their descriptors, because setting an attribute raises."""
    fields = dataclasses.fields(cls)
    parameters = [_parameter(field) for field in fields if not field.kw_only]
    if any(field.kw_only for field in fields):
        parameters += ["*", *(_parameter(field) for field in fields if field.kw_only)]
    known: dict[str, Any] = {"_UNSET": _UNSET}
    for field in fields:
        known[f"_set_{field.name}"] = vars(cls)[field.name].__set__
        known[f"_default_{field.name}"] = field.default
        known[f"_make_{field.name}"] = field.default_factory
    body = "".join(f"\n  {_setting(field)}" for field in fields) or " pass"
    source = f"def make({', '.join(known)}):\n def __init__(self, {', '.join(parameters)}):{body}\n return __init__"
    scope: dict[str, Any] = {}
    exec(source, vars(sys.modules[cls.__module__]), scope)  # noqa: S102  it contains only field names
    init = scope["make"](**known)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {**{field.name: field.type for field in fields if field.init}, "return": None}
    return init


def _parameter(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"{field.name}=_default_{field.name}"
    return field.name if field.default_factory is dataclasses.MISSING else f"{field.name}=_UNSET"


def _setting(field: dataclasses.Field[Any]) -> str:
    value = field.name
    if field.default_factory is not dataclasses.MISSING:
        value = f"_make_{value}() if {value} is _UNSET else {value}"
    return f"_set_{field.name}(self, {value})"
