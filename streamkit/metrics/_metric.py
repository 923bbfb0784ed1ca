"""A metric: a number with a name, a unit, a definition and a source. One file a metric; this is their contract and door.

The module docstring of a metric's file is its formula and its manual.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from streamkit.model.measurement import Measurement, Samples
from streamkit.model.stream import Stream
from streamkit.registry import Catalogue

Unit = Literal["ns", "1", "bytes", "tokens", "tokens/s", "ratio", "bytes/s"]
OfStream = Callable[[Stream], Samples]


@dataclass(frozen=True, slots=True)
class Span:
    """What a metric of a run needs to know of one stream: when it began and ended on the run's clock (ns), its tokens."""

    start: int
    end: int
    first_token: int | None = None
    tokens: int | None = None
    verdict: str = "complete"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    `name` is the file's name: the long standard name that code and JSON use (times in JSON end in `_ns`). `head` is the
    short column head, `aliases` what gates may call it, `many` whether a stream gives several samples (a distribution).
    `of_stream` gives the samples of one stream, in `unit`, or why there are none; `of_run` one value over all spans.
    """

    name: str
    head: str
    unit: Unit
    manual: str
    of_stream: OfStream | None = field(default=None, repr=False)
    of_run: Callable[[Sequence[Span]], Samples] | None = field(default=None, repr=False)
    many: bool = False
    aliases: tuple[str, ...] = ()
    default: bool = True
    order: int = 50

    @property
    def key(self) -> str:
        """The name in JSON: with `_ns` where the unit is nanoseconds."""
        return f"{self.name}_ns" if self.unit == "ns" else self.name


METRICS: Catalogue[Metric] = Catalogue("streamkit.metrics", Metric, lambda metric: metric.name)


def metric(
    unit: Unit,
    head: str,
    *,
    many: bool = False,
    aliases: Sequence[str] = (),
    default: bool = True,
    order: int = 50,
) -> Callable[[OfStream], Metric]:
    """Make the function below it the metric of its file: name and formula are the file's own."""

    def made(of_stream: OfStream) -> Metric:
        module = sys.modules[of_stream.__module__]
        name = of_stream.__module__.rpartition(".")[2]
        manual = (module.__doc__ or "").strip()
        return Metric(name, head, unit, manual, of_stream, None, many, tuple(aliases), default, order)

    return made


def measure(stream: Stream, metrics: Iterable[Metric]) -> Measurement:
    """All samples of one stream."""
    return Measurement(
        stream.file,
        stream.number,
        stream.api,
        stream.dialect,
        stream.model,
        stream.verdict,
        {entry.name: entry.of_stream(stream) for entry in metrics if entry.of_stream is not None},
        dict(stream.exchange.labels),
    )
