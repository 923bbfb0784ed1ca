"""`streamkit.frozen.dataclass` makes what `dataclasses.dataclass` makes: each class here is made by both, and compared."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import KW_ONLY, InitVar, field
from functools import partial
from typing import Any, ClassVar, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit import frozen
from streamkit.frozen import dataclass

Decorator = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Point:
    """A class of a module, as pickle needs it."""

    x: int
    y: int = 0
    names: list[str] = field(default_factory=list)


def undescribed(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        a: int
        b: int = 0

    return Value


def several(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        a: int
        b: str = "b"
        c: list[int] = field(default_factory=list)

    return Value


def single(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        a: float = 1.5

    return Value


def empty(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        LIMIT: ClassVar[int] = 3

    return Value


def by_keyword(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True, kw_only=True)
    class Value:
        """A value."""

        a: int = 1
        b: int

    return Value


def partly_by_keyword(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        a: int
        _: KW_ONLY
        b: dict[str, int] = field(default_factory=dict)
        c: int

    return Value


def hidden(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        a: int
        b: int = field(default=2, repr=False)
        c: int = field(default=3, compare=False)
        d: Any = field(default=None, hash=False)

    return Value


def with_own_methods(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        a: int
        b: int = 0

        def __repr__(self) -> str:
            return "<value>"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self)) and self.a == other.a

        def twice(self) -> int:
            return self.a * 2

    return Value


def with_own_hash(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        a: int

        def __hash__(self) -> int:
            return 7

    return Value


def with_own_init(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        a: int

        def __init__(self) -> None:
            object.__setattr__(self, "a", 5)

    return Value


def after_init(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        a: int
        b: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "b", self.a + 1)

    return Value


def not_all_in_init(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        a: int
        b: int = field(init=False, default=4)

    return Value


def with_init_only(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Value:
        """A value."""

        a: InitVar[int]
        b: int = 1

        def __post_init__(self, a: int) -> None:
            object.__setattr__(self, "b", a)

    return Value


def inherited(decorator: Decorator) -> type:
    @decorator(frozen=True, slots=True)
    class Base:
        """A value."""

        a: int

    @decorator(frozen=True, slots=True)
    class Value(Base):
        """A value."""

        b: int = 2

    return Value


def changeable(decorator: Decorator) -> type:
    @decorator(slots=True)
    class Value:
        """A value."""

        a: int
        b: int = 2

    return Value


def changeable_with_own_methods(decorator: Decorator) -> type:
    @decorator(slots=True)
    class Value:
        """A value."""

        a: int
        b: list[int] = field(default_factory=list, repr=False)

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self)) and self.a == other.a

    return Value


def changeable_with_own_hash(decorator: Decorator) -> type:
    @decorator(slots=True, kw_only=True)
    class Value:
        """A value."""

        a: int
        b: int = field(default=1, compare=False)

        def __hash__(self) -> int:
            return 7

    return Value


CLASSES: dict[str, tuple[Callable[[Decorator], type], list[dict[str, Any]]]] = {
    "several fields": (several, [{"a": 1}, {"a": 1, "b": "c"}, {"a": 1, "c": [1]}, {"a": 2}]),
    "one field": (single, [{}, {"a": float("nan")}, {"a": 2}]),
    "no field": (empty, [{}]),
    "by keyword": (by_keyword, [{"b": 1}, {"a": 2, "b": 1}]),
    "partly by keyword": (partly_by_keyword, [{"a": 1, "c": 2}, {"a": 1, "b": {"x": 1}, "c": 2}]),
    "hidden fields": (hidden, [{"a": 1}, {"a": 1, "b": 9}, {"a": 1, "c": 9}, {"a": 1, "d": []}]),
    "methods of its own": (with_own_methods, [{"a": 1}, {"a": 1, "b": 2}, {"a": 2}]),
    "a hash of its own": (with_own_hash, [{"a": 1}, {"a": 2}]),
    "an init of its own": (with_own_init, [{}]),
    "__post_init__": (after_init, [{"a": 1}]),
    "a field that is no parameter": (not_all_in_init, [{"a": 1}]),
    "a parameter that is no field": (with_init_only, [{"a": 1}]),
    "inherited": (inherited, [{"a": 1}, {"a": 1, "b": 3}]),
    "without a docstring": (undescribed, [{"a": 1}]),
    "not frozen": (changeable, [{"a": 1}, {"a": 1, "b": 3}]),
    "not frozen, methods of its own": (changeable_with_own_methods, [{"a": 1}, {"a": 1, "b": [3]}]),
    "not frozen, a hash of its own": (changeable_with_own_hash, [{"a": 1}, {"a": 1, "b": 3}]),
}


def outcome(call: Callable[[], Any]) -> Any:
    """What a call returns, or the error it raises."""
    try:
        return call()
    except Exception as error:
        return type(error), str(error)


def description(cls: type, values: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything about a class that its users can see."""
    made = [cls(**value) for value in values]
    fields = dataclasses.fields(cls)
    names = [each.name for each in fields]
    return {
        "signature": str(inspect.signature(cls)),
        "fields": [(each.name, each.type, each.default, each.kw_only) for each in fields],
        "parameters": str(cls.__dataclass_params__),  # type: ignore[attr-defined]
        "match": cls.__match_args__,  # type: ignore[attr-defined]
        "slots": cls.__slots__,  # type: ignore[attr-defined]
        "docstring": cls.__doc__,
        "names": (cls.__name__, cls.__qualname__, cls.__module__, cls.__init__.__qualname__),
        "repr": [repr(value) for value in made],
        "values": [[getattr(value, name) for name in names] for value in made],
        "equal": [[one == other for other in made] for one in made],
        "another class": [value == object() for value in made],
        "hash": [outcome(lambda value=value: hash(value)) for value in made],
        "replaced": [repr(outcome(lambda value=value: dataclasses.replace(value))) for value in made],
        "replaced by copy": [hasattr(value, "__replace__") and repr(outcome(value.__replace__)) for value in made],
        "as dict": [repr(dataclasses.asdict(value)) for value in made],
        "copied": [repr(copy.copy(value)) for value in made],
        "set": [outcome(lambda name=name: setattr(made[0], name, 1)) for name in names],
        "deleted": [outcome(lambda name=name: delattr(made[0], name)) for name in names],
        "too many arguments": outcome(lambda: cls(*range(9)))[0],
        "unknown argument": outcome(lambda: cls(**values[0], other=1)),
    }


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_is_as_the_standard_library_makes_it(name: str) -> None:
    make, values = CLASSES[name]

    assert description(make(frozen.dataclass), values) == description(make(dataclasses.dataclass), values)


@pytest.mark.parametrize(
    ("make", "fast"),
    [
        (several, True),
        (empty, False),
        (partly_by_keyword, True),
        (undescribed, False),
        (after_init, False),
        (changeable, True),
    ],
)
def test_which_classes_are_cheap_to_define(make: Callable[[Decorator], type], fast: bool) -> None:
    assert (type(vars(make(frozen.dataclass))["__init__"]) is frozen._Init) is fast


def test_the_fields_are_described_when_they_are_read() -> None:
    cls = several(frozen.dataclass)
    assert dataclasses.is_dataclass(cls)
    assert [each.name for each in dataclasses.fields(cls(1))] == ["a", "b", "c"]
    assert type(vars(cls)["__dataclass_fields__"]) is dict


def test_a_default_is_made_for_each_instance() -> None:
    assert Point(1).names is not Point(1).names
    names = ["a"]
    assert Point(1, names=names).names is names


def test_a_value_is_pickled() -> None:
    point = Point(1, names=["a"])
    assert pickle.loads(pickle.dumps(point)) == point  # noqa: S301


def test_the_init_is_compiled_for_a_class_with_many_instances() -> None:
    cls = several(frozen.dataclass)
    made = [cls(number, c=[number]) for number in range(frozen._FIRST_FILLED)]
    assert not inspect.isfunction(vars(cls)["__init__"])
    made.append(cls(len(made), c=[len(made)]))
    assert inspect.isfunction(vars(cls)["__init__"])
    assert [(value.a, value.b, value.c) for value in made] == [(number, "b", [number]) for number in range(len(made))]


@pytest.mark.parametrize("name", CLASSES)
def test_the_first_instances_are_like_those_of_the_compiled_init(name: str) -> None:
    make, values = CLASSES[name]
    filled, compiled = make(frozen.dataclass), make(frozen.dataclass)
    assert str(inspect.signature(compiled))
    arguments: list[tuple[tuple[Any, ...], dict[str, Any]]] = [((), value) for value in values]
    arguments += [
        ((1,), {}),
        ((1, 2), {}),
        ((1,), {"a": 1}),
        ((), {}),
        ((), {"x": 1}),
        ((1,), {"x": 1}),
        ((1,) * 9, {}),
    ]
    for given_values, named in arguments:
        one, other = (outcome(partial(cls, *given_values, **named)) for cls in (filled, compiled))
        assert repr(one) == repr(other)


def test_the_hints_of_the_init_can_be_resolved() -> None:
    assert get_type_hints(Point.__init__) == {"x": int, "y": int, "names": list[str], "return": type(None)}


SPEC = st.tuples(
    st.sampled_from(("required", "default", "factory")), st.booleans(), st.booleans(), st.booleans()
)  # kind, kw_only, repr, compare


def made_from(decorator: Decorator, specs: list[tuple[str, bool, bool, bool]]) -> type:
    body: dict[str, Any] = {
        "__annotations__": {},
        "__module__": __name__,
        "__qualname__": "Value",
        "__doc__": "A value.",
    }
    for index, (kind, kw_only, shown, compared) in enumerate(specs):
        defaults: dict[str, Any] = {
            "required": {},
            "default": {"default": index},
            "factory": {"default_factory": list},
        }[kind]
        body["__annotations__"][f"f{index}"] = "Any"
        body[f"f{index}"] = field(**defaults, kw_only=kw_only or kind == "required", repr=shown, compare=compared)
    made: type = decorator(frozen=True, slots=True)(type("Value", (), body))
    return made


@given(st.lists(SPEC, max_size=6), st.lists(st.integers(0, 2), min_size=12, max_size=12))
def test_any_class_is_as_the_standard_library_makes_it(
    specs: list[tuple[str, bool, bool, bool]], numbers: list[int]
) -> None:
    given_values = [
        {f"f{index}": number for index, (_, number) in enumerate(zip(specs, half, strict=False))}
        for half in (numbers[:6], numbers[6:])
    ]
    least = {f"f{index}": 0 for index, spec in enumerate(specs) if spec[0] == "required"}
    ours, theirs = (
        description(made_from(decorator, specs), [*given_values, least])
        for decorator in (frozen.dataclass, dataclasses.dataclass)
    )
    assert ours == theirs
