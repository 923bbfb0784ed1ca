"""A metric: a number with a name, a unit, a definition and a source. One module a metric; this is their contract.

The module docstring of a metric's file is its formula and its manual.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from typing import Any, Literal, TypedDict, Unpack

from streamkit.frozen import dataclass
from streamkit.metrics._outcome import Outcomes, outcome_of
from streamkit.metrics._timeline import Timeline
from streamkit.model.measurement import Measurement, Samples, TokenCounter
from streamkit.model.stream import Stream
from streamkit.registry import Catalogue

Unit = Literal["ns", "1", "bytes", "tokens", "tokens/s", "ratio", "bytes/s", "1/s"]


@dataclass(frozen=True, slots=True)
class Span:
    """What a metric of a run needs to know of one stream: when it began and ended on the run's clock (ns since 1970,
    UTC), its tokens, and whether it kept every limit of the run's `--slo` (None where there were no limits)."""

    start: int
    end: int
    tokens: int | None = None
    verdict: str = "complete"
    good: bool | None = None


Shown = Literal["always", "present", "asked"]
OfStream = Callable[[Timeline], Samples]
OfRun = Callable[[Sequence[Span]], Samples]
OfOutcomes = Callable[[Outcomes, str], Samples]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    `name` is the file's name: the long standard name that code and JSON use (times in JSON end in `_ns`). `head` is the
    short column head, `aliases` what gates may call it, `many` whether a stream gives several samples (a distribution).
    `of_stream` gives the samples of one stream, in `unit`, or why there are none; `of_run` one value over the spans of all
    streams whose place on the wall clock is known; `of_outcomes` one value over how all requests ended, and, where
    `by_cause`, also over those that ended in one way (empty: in all ways).
    `shown` tells when a table has it without `--metrics`: always, where some stream has a value (`present`), or only when
    it is `asked` for. The default is `asked`, so that a new metric leaves the tables of everybody as they are; JSON and CSV
    have every metric. Tables are in ascending `order`.
    """

    name: str
    head: str
    unit: Unit
    manual: str
    of_stream: OfStream | None = field(default=None, repr=False)
    of_run: OfRun | None = field(default=None, repr=False)
    of_outcomes: OfOutcomes | None = field(default=None, repr=False)
    by_cause: bool = False
    many: bool = False
    aliases: tuple[str, ...] = ()
    shown: Shown = "asked"
    order: int = 50

    @property
    def key(self) -> str:
        """The name in JSON: with `_ns` where the unit is nanoseconds."""
        return f"{self.name}_ns" if self.unit == "ns" else self.name

    @property
    def whole_run(self) -> bool:
        """Whether this is one number of a run, and none of a stream."""
        return self.of_stream is None

    @property
    def title(self) -> str:
        """What a person calls it: the first words of its manual."""
        return self.manual.partition(":")[0]

    @property
    def standard(self) -> str:
        """Its name in OpenTelemetry's GenAI conventions; empty where it has none."""
        return next((alias for alias in self.aliases if alias.startswith("gen_ai.")), "")


# What does not fit into 64 bits is no duration, size or count; samples are in ascending order.
_MOST = 2**62
UNKNOWN_API = "unknown"
_ASK_THE_API = ("no-token", "no-usage", "no-answer")
_CONTENT = "content_chunks"

METRICS: Catalogue[Metric] = Catalogue("streamkit.metrics", Metric, lambda metric: metric.name)


class Traits(TypedDict, total=False):
    """What a metric may be given beside its unit and head; the fields of `Metric` say what each means."""

    aliases: Sequence[str]
    shown: Shown
    order: int


def metric(unit: Unit, head: str, *, many: bool = False, **traits: Unpack[Traits]) -> Callable[[OfStream], Metric]:
    """Make the decorated function the metric of its module: the module gives the name, its docstring the formula."""
    return lambda of_stream: Metric(of_stream=of_stream, many=many, **_described(of_stream, unit, head, traits))


def run_metric(unit: Unit, head: str, **traits: Unpack[Traits]) -> Callable[[OfRun], Metric]:
    """Make the decorated function the metric of its module: a number of all streams of a run together."""
    return lambda of_run: Metric(of_run=of_run, **_described(of_run, unit, head, traits))


def outcome_metric(
    unit: Unit, head: str, *, by_cause: bool = False, **traits: Unpack[Traits]
) -> Callable[[OfOutcomes], Metric]:
    """Make the decorated function the metric of its module: a number of how the requests of a run ended."""
    return lambda of_outcomes: Metric(
        of_outcomes=of_outcomes, by_cause=by_cause, **_described(of_outcomes, unit, head, traits)
    )


def _described(function: Callable[..., object], unit: Unit, head: str, traits: Traits) -> dict[str, Any]:
    """The fields of a metric that do not depend on what it is computed from."""
    module = sys.modules[function.__module__]
    return {
        "name": function.__module__.rpartition(".")[2],
        "head": head,
        "unit": unit,
        "manual": (module.__doc__ or "").strip(),
        **traits,
        "aliases": tuple(traits.get("aliases", ())),
    }


def measure(stream: Stream, metrics: Iterable[Metric], counter: TokenCounter | None = None) -> Measurement:
    """All samples of one stream; `counter` counts its tokens where the stream itself does not tell them."""
    timeline = Timeline(stream, counter)
    measured = [entry for entry in metrics if entry.of_stream is not None]
    samples = {entry.name: _sampled(entry.of_stream, timeline) for entry in measured if entry.of_stream is not None}
    if stream.api == UNKNOWN_API:
        samples = {name: _of_unknown(name, told) for name, told in samples.items()}
    return Measurement(
        file=stream.file,
        exchange=stream.number,
        api=stream.api,
        dialect=stream.dialect,
        model=stream.model,
        verdict=stream.verdict,
        samples=samples,
        labels=dict(stream.exchange.labels),
        notes=timeline.notes,
        recorded_at=stream.exchange.recorded_at,
        stalls=tuple(
            (stream.chunk_events[chunk] + 1, timeline.chunk_times[chunk] or 0, gap) for chunk, gap in timeline.stalls
        ),
        choices=timeline.each_choice(),
        units={entry.name: entry.unit for entry in measured},
        outcome=outcome_of(stream),
        clock=stream.exchange.clock,
    )


def _sampled(of_stream: OfStream, timeline: Timeline) -> Samples:
    """The samples of one metric; missing where numbers of the stream lead beyond what a number here can hold."""
    try:
        samples = of_stream(timeline)
    except OverflowError:
        return Samples(missing="out-of-range")
    if samples.values and not -_MOST < samples.values[-1] < _MOST:
        return Samples(missing="out-of-range")
    return samples


def _of_unknown(name: str, samples: Samples) -> Samples:
    """Where nobody knows the API, nobody knows what a chunk carries: no content is not the same as not to know."""
    if samples.missing in _ASK_THE_API or name == _CONTENT:
        return Samples(missing="unknown-api")
    return samples


def find(name: str) -> Metric:
    """The metric of that name, JSON key or alias. Raises UnknownEntry, which offers the nearest name."""
    for entry in METRICS.values():
        if name in (entry.name, entry.key) or name.lower() in entry.aliases:
            return entry
    return METRICS[name]


def in_order(metrics: Iterable[Metric]) -> list[Metric]:
    """These metrics in the order in which a person reads them."""
    return sorted(metrics, key=lambda entry: (entry.order, entry.name))
