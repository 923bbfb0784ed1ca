"""Slotted dataclasses, mostly frozen, that are cheap to define.

The standard library compiles six functions for each class, which took a quarter of the time of a short command: it imports
about eighty such classes and creates instances of half of them, mostly one of each. Here only `__init__` is compiled, and only
for a class with many instances: the first ones are filled field by field (`_Init`). All classes share the other methods.
Everything else is as in the standard library (`tests/test_frozen.py` compares the two), and type checkers see
`dataclasses.dataclass`.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import repeat
from operator import attrgetter
from reprlib import recursive_repr
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool = False, kw_only: bool = False) -> Callable[[type], type]:
        """Return the decorator, like `dataclasses.dataclass`, which still handles classes that are not slotted and plain."""
        return lambda cls: _made(cls, frozen=frozen, slots=slots, kw_only=kw_only)


def _made(cls: Any, *, frozen: bool, slots: bool, kw_only: bool) -> Any:
    parameters = _parameters(cls, kw_only) if slots else None
    if parameters is None:
        return dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only)(cls)
    own = vars(cls)
    names = [each.name for each in parameters]
    contents = {name: value for name, value in own.items() if name not in names and name not in _OF_ONE_TYPE}
    contents["__slots__"] = tuple(names)
    contents.setdefault("__match_args__", tuple(each.name for each in parameters if not each.kw_only))
    contents.setdefault("__qualname__", cls.__qualname__)
    made = type(cls.__name__, (), contents)
    methods = _methods(made, parameters)
    for name, method in (methods if frozen else {**methods, **_OF_CHANGEABLE}).items():
        if method is not _ABSENT and (name not in own or (name == "__hash__" and own[name] is None)):
            setattr(made, name, method)  # a class with an `__eq__` has None as its `__hash__`
    _describe_later(made, cls, frozen=frozen, kw_only=kw_only)
    return made


_ABSENT = object()
_OF_CHANGEABLE = {
    "__hash__": None,
    **dict.fromkeys(("__setattr__", "__delattr__", "__getstate__", "__setstate__"), _ABSENT),
}
# What Python adds to the namespace of a class that has no slots, and is not part of the class that replaces it.
_OF_ONE_TYPE = frozenset({"__dict__", "__weakref__"})


class _Parameter:
    """What is needed of a field to create, compare and show instances."""

    __slots__ = ("compare", "default", "default_factory", "hash", "kw_only", "name", "repr")

    def __init__(self, name: str, value: Any, kw_only: bool) -> None:
        given = isinstance(value, dataclasses.Field)
        self.name = name
        self.default = value.default if given else value
        self.default_factory: Any = value.default_factory if given else dataclasses.MISSING
        self.kw_only = kw_only if not given or value.kw_only is dataclasses.MISSING else value.kw_only
        self.repr = value.repr if given else True
        self.compare = value.compare if given else True
        self.hash = value.hash if given and value.hash is not None else self.compare

    def default_value(self) -> Any:
        """Return the default of a new instance, or MISSING."""
        make = self.default_factory
        return self.default if make is dataclasses.MISSING else make()


def _parameters(cls: type, kw_only: bool) -> list[_Parameter] | None:
    """Return the fields of a plain class: all are defined in the class itself, by annotations that are texts, and its `__init__` only
    assigns them. None for any other class."""
    own = vars(cls)
    hints = own.get("__annotations__")
    if type(cls) is not type or cls.__bases__ != (object,) or not hints or not own.get("__doc__"):
        return None
    if not _OTHER.isdisjoint(own) or any(map(_is_special, own.items(), repeat(hints))):
        return None
    found = []
    for name, hint in hints.items():
        if hint in ("KW_ONLY", "dataclasses.KW_ONLY"):
            kw_only = True
            continue
        if type(hint) is not str or "ClassVar" in hint or "InitVar" in hint or "KW_ONLY" in hint:
            return None
        found.append(_Parameter(name, own.get(name, dataclasses.MISSING), kw_only))
    return found


_OTHER = frozenset({"__slots__", "__post_init__"})


def _is_special(item: tuple[str, Any], hints: Mapping[str, Any]) -> bool:
    """Return whether something in a class is left to the standard library: a field that is not a parameter or has no annotation, a
    default that can change, a method that refers to its class."""
    name, value = item
    if isinstance(value, dataclasses.Field):
        return not value.init or name not in hints or value.default.__class__.__hash__ is None
    if isinstance(value, FunctionType):
        return "__class__" in value.__code__.co_freevars
    return name in hints and value.__class__.__hash__ is None


def _methods(cls: Any, parameters: Sequence[_Parameter]) -> dict[str, Any]:
    names = [each.name for each in parameters]
    compared = _getter([each.name for each in parameters if each.compare])
    hashed = _getter([each.name for each in parameters if each.hash])
    shown = [each.name for each in parameters if each.repr]

    def __eq__(self: Any, other: object) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(hashed(self))

    @recursive_repr()
    def __repr__(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def __getstate__(self: Any) -> list[Any]:
        return [getattr(self, name) for name in names]

    def __setstate__(self: Any, state: list[Any]) -> None:
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)

    return {
        "__init__": _Init(cls, parameters),
        "__eq__": __eq__,
        "__hash__": __hash__,
        "__repr__": __repr__,
        "__getstate__": __getstate__,
        "__setstate__": __setstate__,
        "__setattr__": _setattr,
        "__delattr__": _delattr,
    }


def _describe_later(made: Any, cls: type, *, frozen: bool, kw_only: bool) -> None:
    """Let the standard library describe the fields, for `dataclasses.fields` and the like, when the description is first read."""

    def described(name: str) -> Any:
        model: Any = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
        parameters = model.__dataclass_params__
        parameters.init = parameters.repr = parameters.eq = True
        parameters.frozen = frozen
        if hasattr(parameters, "slots"):  # Python 3.12
            parameters.slots = True
        made.__dataclass_fields__, made.__dataclass_params__ = model.__dataclass_fields__, parameters
        return getattr(made, name)

    for name in ("__dataclass_fields__", "__dataclass_params__"):
        setattr(made, name, _Description(partial(described, name)))
    if sys.version_info >= (3, 13):
        made.__replace__ = _replace


def _replace(self: Any, /, **changes: Any) -> Any:
    """Return what `copy.replace` returns."""
    return dataclasses.replace(self, **changes)


class _Description:
    """An attribute of a class that is made when it is first read."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self._make()


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that returns these attributes of a value as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _setattr(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


_fill_slot = object.__setattr__

_FIRST_FILLED = 64
"""The number of instances after which `__init__` is compiled. Compiling takes about as long as filling this many one by one."""


class _Init:
    """The `__init__` of a class until it has many instances or the attribute is read.

    It fills each slot from the arguments or the field's default. Arguments that do not match the fields are passed to the
    compiled function, which raises the usual TypeError.
    """

    def __init__(self, cls: Any, parameters: Sequence[_Parameter]) -> None:
        self._cls = cls
        self._parameters = parameters
        self._positional = [each.name for each in parameters if not each.kw_only]
        self._left = _FIRST_FILLED

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        if self._left <= 0 or not isinstance(instance, self._cls):  # `inspect.signature` passes the class
            init = self._compiled()
            return init if instance is None else init.__get__(instance)
        self._left -= 1
        return partial(self._fill, instance)

    def _compiled(self) -> Any:
        if vars(self._cls)["__init__"] is self:
            self._cls.__init__ = _compiled_init(self._cls, self._parameters)
        return self._cls.__init__

    def _fill(self, instance: object, /, *given: Any, **named: Any) -> Any:
        values = dict(zip(self._positional, given, strict=False))
        if len(values) < len(given) or not values.keys().isdisjoint(named):
            return self._compiled()(instance, *given, **named)
        values.update(named)
        for each in self._parameters:
            value = values.pop(each.name, _UNSET)
            value = each.default_value() if value is _UNSET else value
            if value is dataclasses.MISSING:
                return self._compiled()(instance, *given, **named)
            _fill_slot(instance, each.name, value)
        return self._compiled()(instance, *given, **named) if values else None


class _Unset:
    """The default of a parameter whose field has a default factory."""

    def __repr__(self) -> str:
        return "<factory>"


_UNSET = _Unset()


def _compiled_init(cls: Any, fields: Sequence[_Parameter]) -> Any:
    """Return an `__init__` that sets the slots through their descriptors, because setting an attribute raises."""
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
    init.__annotations__ = {**{field.name: cls.__annotations__[field.name] for field in fields}, "return": None}
    return init


def _parameter(field: _Parameter) -> str:
    if field.default is not dataclasses.MISSING:
        return f"{field.name}=_default_{field.name}"
    return field.name if field.default_factory is dataclasses.MISSING else f"{field.name}=_UNSET"


def _setting(field: _Parameter) -> str:
    value = field.name
    if field.default_factory is not dataclasses.MISSING:
        value = f"_make_{value}() if {value} is _UNSET else {value}"
    return f"_set_{field.name}(self, {value})"
