"""Replace recorded times for load tests: the time to the first token, and the gaps after it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.model.step import Head, Step, Write
from streamkit.model.units import duration

# Name -> the number of its durations, and a function that draws a time in nanoseconds.
_SHAPES: Mapping[str, tuple[int, Callable[[Random, Sequence[float]], float]]] = {
    "constant": (1, lambda _, t: t[0]),
    "uniform": (2, lambda random, t: random.uniform(t[0], t[1])),
    "normal": (2, lambda random, t: random.gauss(t[0], t[1])),
    "exponential": (1, lambda random, t: random.expovariate(1 / t[0]) if t[0] else 0.0),
    "lognormal": (2, lambda random, t: random.lognormvariate(math.log(t[0]), math.log(max(t[1] / t[0], 1)))),
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution of times: `20ms` (constant), `uniform:10ms:30ms`, `normal:20ms:5ms` (mean, deviation),
    `exponential:20ms` (mean), `lognormal:20ms:40ms` (median, 84th percentile)."""

    shape: str
    times: tuple[float, ...]

    @staticmethod
    def of(text: str) -> Distribution:
        """Parse a distribution. Raises UsageError if it is invalid."""
        shape, *times = text.split(":") if ":" in text else ["constant", text]
        try:
            values = tuple(float(duration(time)) for time in times)
        except ValueError:
            values = ()
        if shape not in _SHAPES or len(values) != _SHAPES[shape][0]:
            raise UsageError(
                f"invalid distribution {text!r}: expected 20ms, uniform:10ms:30ms, normal:20ms:5ms, exponential:20ms "
                "or lognormal:20ms:40ms"
            )
        if shape == "lognormal" and not 0 < values[0] <= values[1]:
            raise UsageError(
                f"invalid distribution {text!r}: the median must be above 0 and at most the second duration"
            )
        return Distribution(shape, values)

    def draw(self, random: Random) -> int:
        """Draw a time in nanoseconds, never negative."""
        return max(0, round(_SHAPES[self.shape][1](random, self.times)))


@dataclass(frozen=True, slots=True)
class Tempo:
    """The time from the request to the first token, and the gap before each later write; None keeps the recorded times."""

    ttft: Distribution | None = None
    itl: Distribution | None = None


RECORDED_TEMPO = Tempo()


def retimed(steps: Sequence[Step], first_token: int, tempo: Tempo, random: Random) -> list[Step]:
    """Return the steps with new times. `first_token` is the index of the write (from 0) with the first token.

    Steps before the first token keep their times if possible; without an `itl`, later steps keep their recorded gaps. The
    end follows the last write immediately.
    """
    writes = [step for step in steps if isinstance(step, Write)]
    if first_token >= len(writes):
        return list(steps)
    recorded = writes[first_token].at
    begin = recorded if tempo.ttft is None else tempo.ttft.draw(random)
    result: list[Step] = []
    write, at = -1, 0
    for step in steps:
        write += isinstance(step, Write)
        if isinstance(step, Head) or write < first_token:
            at = min(step.at, begin)
        elif isinstance(step, Write) and write == first_token:
            at = begin
        elif tempo.itl is None:
            at = begin + step.at - recorded
        elif isinstance(step, Write):
            at += tempo.itl.draw(random)
        result.append(replace(step, at=at))
    return result
