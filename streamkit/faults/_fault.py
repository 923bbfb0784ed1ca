"""A fault breaks a stream by changing the steps that play it. One file per fault; this module is their contract.

`parse_faults("cut:event=3,by=reset")` parses a fault, `inject(steps, plans, random)` applies it. A fault is pure and takes
randomness only from the generator it is given, so that the same seed breaks the same stream in the same place.

The grammar: `NAME[:argument=value[,argument=value]...]`; several faults are separated by `;`. A value with a comma,
semicolon or quote is written in double quotes, as in JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.model import units
from streamkit.model.step import Step
from streamkit.registry import Catalogue

_NAME = re.compile(r"\s*([a-z][a-z0-9-]*)\s*(?::|;|$)", re.IGNORECASE)
_ARGUMENT = re.compile(r'\s*([a-z][a-z0-9-]*)\s*=\s*("(?:[^"\\]|\\.)*"|[^,;"]*?)\s*(,|;|$)', re.IGNORECASE)


class DoesNotApply(Exception):
    """The fault finds nothing to break in a stream, for the reason in the message. The stream is then played unchanged."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a fault. `read` turns its text into a value and raises ValueError, whose text is what was expected.

    At most one argument of each `group` can be given.
    """

    name: str
    read: Callable[[str], Any]
    message: str
    default: Any = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """The values of a fault's arguments, and its random generator."""

    values: Mapping[str, Any]
    random: Random

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `apply` returns the changed steps or raises DoesNotApply; `example` shows how a user writes it."""

    name: str
    summary: str
    apply: Callable[[Sequence[Step], Given], list[Step]]
    arguments: tuple[Argument, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault with its arguments. It applies to the first `times` streams (None: all), each with probability `rate`."""

    fault: Fault
    values: Mapping[str, Any]
    times: int | None = None
    rate: float = 1.0


FAULTS: Catalogue[Fault] = Catalogue("streamkit.faults", Fault, lambda fault: fault.name)


def whole(least: int = 0) -> Callable[[str], int]:
    """Return a parser for integers of at least `least`."""

    def read(text: str) -> int:
        try:
            return units.whole_number(text, least)
        except ValueError:
            raise ValueError(f"a whole number from {least} on") from None

    return read


def share(text: str) -> float:
    """Parse a probability from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 1:
        raise ValueError("a number from 0 to 1")
    return value


def duration(text: str) -> int:
    """Return a duration in nanoseconds: `250ms`, `2s`, `1.5` (seconds)."""
    try:
        return units.duration(text)
    except ValueError:
        raise ValueError(units.DURATIONS) from None


def one_of(*words: str) -> Callable[[str], str]:
    """Return a parser that accepts one of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError("one of " + ", ".join(words))
        return text

    return read


# Every fault has these arguments too.
COMMON = (
    Argument("times", whole(1), "apply to the first N streams only"),
    Argument("rate", share, "apply to each stream with this probability (0 to 1), decided by the seed", 1.0),
)


def parse_faults(text: str) -> list[PlannedFault]:
    """Parse one or more faults. Raises UsageError, and UnknownEntry for an unknown fault."""
    plans = []
    position = 0
    while True:
        name = _NAME.match(text, position)
        if name is None:
            raise UsageError(f"invalid fault {text!r}: expected NAME[:argument=value,...], as in cut:event=3,by=reset")
        fault = FAULTS[name[1].lower()]
        position = name.end()
        given: dict[str, str] = {}
        if name[0].rstrip().endswith(":"):
            position = _read_arguments(text, position, fault, given)
        plans.append(_make_plan(fault, given))
        if position >= len(text):
            return plans


def chance(seed: int, name: str, playing: int) -> Random:
    """Return the random generator for one playback of a recording (from 1), independent of who plays it and what else is played."""
    return Random(f"{seed}:{name}:{playing}")


def inject(steps: Sequence[Step], plans: Sequence[PlannedFault], random: Random) -> tuple[list[Step], list[str]]:
    """Apply the faults in order. Returns the changed steps, and a remark for each fault that did not apply.

    `rate` is decided here; `times` is left to the caller, who counts streams.
    """
    result, remarks = list(steps), []
    for each in plans:
        if each.rate < 1 and random.random() >= each.rate:
            continue
        try:
            result = each.fault.apply(result, Given(each.values, random))
        except DoesNotApply as reason:
            remarks.append(f"fault {each.fault.name} does not apply: {reason}")
    return result, remarks


def _read_arguments(text: str, position: int, fault: Fault, given: dict[str, str]) -> int:
    """Parse `argument=value,…` up to the end or a semicolon; returns the position after it."""
    while True:
        match = _ARGUMENT.match(text, position)
        if match is None:
            raise UsageError(
                f"fault {text!r}: invalid argument at {text[position:]!r}: expected NAME=VALUE; {_known(fault)}"
            )
        name, value, after = match.groups()
        if name in given:
            raise UsageError(f"fault {fault.name}: duplicate argument {name!r}")
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
        raise UsageError(f"fault {fault.name}: invalid quoted string {value}") from None


def _make_plan(fault: Fault, given: Mapping[str, str]) -> PlannedFault:
    known = {argument.name: argument for argument in (*fault.arguments, *COMMON)}
    values = {name: argument.default for name, argument in known.items()}
    for name, text in given.items():
        if name not in known:
            raise UsageError(f"fault {fault.name}: unknown argument {name!r}; {_known(fault)}")
        try:
            values[name] = known[name].read(text)
        except ValueError as wanted:
            raise UsageError(f"fault {fault.name}: invalid {name} {text!r}: expected {wanted}") from None
    groups = [known[name].group for name in given if known[name].group]
    for group in groups:
        if groups.count(group) > 1:
            both = " and ".join(name for name in given if known[name].group == group)
            raise UsageError(f"fault {fault.name}: {both} cannot be used together")
    return PlannedFault(fault, values, values.pop("times"), values.pop("rate"))


def _known(fault: Fault) -> str:
    return "known arguments: " + ", ".join(argument.name for argument in (*fault.arguments, *COMMON))
