"""A fault: what goes wrong in a stream, as a change of the steps that play it. One file a fault; this is their contract.

`plan("cut:event=3,by=reset")` reads the grammar, `inject(steps, plans, random)` does it. A fault is pure and takes what
chance it needs from the generator that it is given, so that the same seed breaks the same stream in the same place.

The grammar: `NAME[:argument=value[,argument=value]...]`; several faults are parted by `;`. A value with a comma, a
semicolon or a quote in it stands in double quotes, as in JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from streamkit.errors import UsageError
from streamkit.model import units
from streamkit.model.step import Step
from streamkit.registry import Catalogue

_NAME = re.compile(r"\s*([a-z][a-z0-9-]*)\s*(?::|;|$)", re.IGNORECASE)
_ARGUMENT = re.compile(r'\s*([a-z][a-z0-9-]*)\s*=\s*("(?:[^"\\]|\\.)*"|[^,;"]*?)\s*(,|;|$)', re.IGNORECASE)


class DoesNotApply(Exception):
    """A fault that finds nothing to break in a stream; the message says why. The stream is then played unchanged."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a fault. `read` turns its text into a value and raises ValueError, whose text is what was expected.

    Of the arguments of one `group`, a user gives one at most.
    """

    name: str
    read: Callable[[str], Any]
    message: str
    default: Any = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """The values of a fault's arguments, and its chance."""

    values: Mapping[str, Any]
    random: Random

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `apply` gives the steps changed, or raises DoesNotApply; `example` is one as a user writes it."""

    name: str
    summary: str
    apply: Callable[[Sequence[Step], Given], list[Step]]
    arguments: tuple[Argument, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A fault with its arguments. It strikes the first `times` streams (None: all), each with the chance `rate`."""

    fault: Fault
    values: Mapping[str, Any]
    times: int | None = None
    rate: float = 1.0


FAULTS: Catalogue[Fault] = Catalogue("streamkit.faults", Fault, lambda fault: fault.name)


def whole(least: int = 0) -> Callable[[str], int]:
    """A reader of whole numbers from `least` on."""

    def read(text: str) -> int:
        try:
            return units.count(text, least)
        except ValueError:
            raise ValueError(f"a whole number from {least} on") from None

    return read


def share(text: str) -> float:
    """A chance from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 1:
        raise ValueError("a number from 0 to 1")
    return value


def duration(text: str) -> int:
    """A duration in nanoseconds: `250ms`, `2s`, `1.5` (seconds)."""
    try:
        return units.duration(text)
    except ValueError:
        raise ValueError(units.DURATIONS) from None


def one_of(*words: str) -> Callable[[str], str]:
    """A reader of one word of several."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError("one of " + ", ".join(words))
        return text

    return read


# Every fault has these as well.
COMMON = (
    Argument("times", whole(1), "strike only the first N streams"),
    Argument("rate", share, "strike each stream with this chance (0 to 1), decided by the seed", 1.0),
)


def plan(text: str) -> list[Plan]:
    """The faults that a text names. Raises UsageError, and UnknownEntry for a fault that there is not."""
    plans = []
    position = 0
    while True:
        name = _NAME.match(text, position)
        if name is None:
            raise UsageError(
                f"fault {text!r}: a fault is written NAME[:argument=value,...], as in cut:event=3,by=reset"
            )
        fault = FAULTS[name[1].lower()]
        position = name.end()
        given: dict[str, str] = {}
        if name[0].rstrip().endswith(":"):
            position = _read_arguments(text, position, fault, given)
        plans.append(_planned(fault, given))
        if position >= len(text):
            return plans


def chance(seed: int, name: str, playing: int) -> Random:
    """What decides for a recording's playing (from 1): whoever plays it, and whatever else is played meanwhile."""
    return Random(f"{seed}:{name}:{playing}")


def inject(steps: Sequence[Step], plans: Sequence[Plan], random: Random) -> tuple[list[Step], list[str]]:
    """The steps with every fault done to them, in order, and what is to be said of faults that did not apply.

    `rate` is decided here; `times` is for who counts streams.
    """
    changed, remarks = list(steps), []
    for planned in plans:
        if planned.rate < 1 and random.random() >= planned.rate:
            continue
        try:
            changed = planned.fault.apply(changed, Given(planned.values, random))
        except DoesNotApply as reason:
            remarks.append(f"fault {planned.fault.name} does not apply: {reason}")
    return changed, remarks


def _read_arguments(text: str, position: int, fault: Fault, given: dict[str, str]) -> int:
    """Read `argument=value,…` up to the end or a semicolon; gives the position behind it."""
    while True:
        match = _ARGUMENT.match(text, position)
        if match is None:
            raise UsageError(f"fault {text!r}: expected argument=value at {text[position:]!r} ({_known(fault)})")
        name, value, after = match.groups()
        if name in given:
            raise UsageError(f"fault {fault.name}: {name} is given twice")
        given[name] = _unquoted(value, fault)
        position = match.end()
        if after != ",":
            return position


def _unquoted(value: str, fault: Fault) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        raise UsageError(f"fault {fault.name}: {value} is no string in quotes") from None


def _planned(fault: Fault, given: Mapping[str, str]) -> Plan:
    known = {argument.name: argument for argument in (*fault.arguments, *COMMON)}
    values = {name: argument.default for name, argument in known.items()}
    for name, text in given.items():
        if name not in known:
            raise UsageError(f"fault {fault.name} has no argument {name!r} ({_known(fault)})")
        try:
            values[name] = known[name].read(text)
        except ValueError as wanted:
            raise UsageError(f"fault {fault.name}: invalid {name} {text!r}: expected {wanted}") from None
    groups = [known[name].group for name in given if known[name].group]
    for group in groups:
        if groups.count(group) > 1:
            both = " and ".join(name for name in given if known[name].group == group)
            raise UsageError(f"fault {fault.name}: {both} are given, and only one can be")
    return Plan(fault, values, values.pop("times"), values.pop("rate"))


def _known(fault: Fault) -> str:
    return "it takes " + ", ".join(argument.name for argument in (*fault.arguments, *COMMON))
