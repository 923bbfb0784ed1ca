"""The quick way to make values gives what the standard library's gives."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from typing import Any

import pytest

from streamkit import frozen

WAYS = {"standard": dataclasses.dataclass, "ours": frozen.dataclass}


class Ours:
    @frozen.dataclass(frozen=True, slots=True)
    class Point:
        """A point."""

        x: int
        y: float = 0.0
        note: str = field(default="", compare=False)
        hidden: Any = field(default_factory=list, repr=False, compare=False)


class Standard:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Point:
        """A point."""

        x: int
        y: float = 0.0
        note: str = field(default="", compare=False)
        hidden: Any = field(default_factory=list, repr=False, compare=False)


@pytest.fixture(params=[Ours, Standard], ids=["ours", "standard"])
def point(request: pytest.FixtureRequest) -> Any:
    return request.param.Point


def test_values_are_equal_by_the_fields_that_are_compared(point: Any) -> None:
    assert point(1, 2.0, "a") == point(1, 2, "b")
    assert point(1) != point(2)
    assert point(1) != (1, 0.0)
    assert Ours.Point(1) != Standard.Point(1)


def test_values_have_a_hash_that_goes_with_it(point: Any) -> None:
    assert len({point(1, 2.0, "a"), point(1, 2, "b"), point(1, 3)}) == 2
    with pytest.raises(TypeError):
        hash(point([]))


def test_values_show_themselves(point: Any) -> None:
    name = point.__qualname__
    assert repr(point(1, note="n")) == f"{name}(x=1, y=0.0, note='n')"
    circle: list[Any] = []
    circle.append(point(circle))
    assert repr(circle[0]) == f"{name}(x=[...], y=0.0, note='')"


def test_values_are_frozen_and_slotted(point: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        point(1).x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point(1).x
    assert not hasattr(point(1), "__dict__")
    with pytest.raises(TypeError):
        point(1) < point(2)  # noqa: B015


def test_values_can_be_replaced_copied_pickled_and_matched(point: Any) -> None:
    value = point(1, 2.0, "n", [3])
    assert dataclasses.replace(value, x=5) == point(5, 2.0)
    assert copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value  # noqa: S301
    assert dataclasses.astuple(value) == (1, 2.0, "n", [3])
    match value:
        case point(x, y):
            assert (x, y) == (1, 2.0)


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_what_a_class_writes_itself_is_left_alone(way: Any) -> None:
    class Plain:
        x: int

        def __repr__(self) -> str:
            return "mine"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    Plain.__annotations__ = {"x": int}
    made = way(frozen=True, slots=True)(Plain)
    assert (repr(made(1)), hash(made(1)), made(1) == made(2)) == ("mine", 7, True)
