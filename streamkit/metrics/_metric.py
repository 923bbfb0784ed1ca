"""A metric is a number with a name, a unit, a definition and a source. One module per metric; this is their contract.

The module docstring of a metric's file is its formula and its manual.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from typing import Any, Literal, TypedDict, Unpack, get_args

from streamkit.errors import UnknownEntry, suggestion
from streamkit.frozen import dataclass
from streamkit.metrics._outcome import Outcomes, outcome_of
from streamkit.metrics._timeline import Timeline
from streamkit.model.measurement import Measurement, Samples, TokenCounter
from streamkit.model.stream import Stream
from streamkit.registry import Catalogue

Unit = Literal["ns", "1", "bytes", "tokens", "tokens/s", "ratio", "bytes/s", "1/s"]
_UNITS: tuple[Unit, ...] = get_args(Unit)


@dataclass(frozen=True, slots=True)
class StreamSpan:
    """The data of one stream for a metric of a run.

    These are when it began and ended (ns since 1970, UTC), its tokens, and whether it met every limit of `--slo` (None if
    there are no limits).
    """

    start: int
    end: int
    tokens: int | None = None
    verdict: str = "complete"
    good: bool | None = None


Shown = Literal["always", "present", "requested"]
OfStream = Callable[[Timeline], Samples]
OfRun = Callable[[Sequence[StreamSpan]], Samples]
OfOutcomes = Callable[[Outcomes, str], Samples]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    `name` is that of the module: the long standard name used in code and JSON (with `_ns` for times in JSON). `head` is the
    short column head, `aliases` are other names for gates, `many` is whether a stream has several samples (a distribution).
    `of_stream` returns the samples of one stream in `unit`, or the reason for none; `of_run` one value for the spans of all
    streams with a known wall-clock time; `of_outcomes` one value for the outcomes of all requests and, if `by_cause`, for
    one cause (empty for all).
    `shown` is when tables include the metric without `--metrics`: `always`, if some stream has a value (`present`), or never
    (`requested`). The default is `requested`, so that a new metric does not change existing tables; JSON and CSV have every metric.
    Columns are in ascending `order`.
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
    shown: Shown = "requested"
    order: int = 50

    @property
    def key(self) -> str:
        """The name in JSON, with `_ns` if the unit is nanoseconds."""
        return f"{self.name}_ns" if self.unit == "ns" else self.name

    @property
    def whole_run(self) -> bool:
        """Whether this is one number for a run instead of one per stream."""
        return self.of_stream is None

    @property
    def title(self) -> str:
        """The title: the first words of its manual."""
        return self.manual.partition(":")[0]

    @property
    def standard(self) -> str:
        """Its name in OpenTelemetry's GenAI conventions; empty if it has none."""
        return next((alias for alias in self.aliases if alias.startswith("gen_ai.")), "")


# Values beyond 64 bits are not valid durations, sizes or counts. Samples are in ascending order.
_MOST = 2**62
UNKNOWN_API = "unknown"
_ASK_THE_API = ("no-token", "no-usage", "no-answer")
_CONTENT = "content_chunks"

METRICS: Catalogue[Metric] = Catalogue("streamkit.metrics", Metric, lambda metric: metric.name)


class Traits(TypedDict, total=False):
    """The optional fields of `Metric`, described there."""

    aliases: Sequence[str]
    shown: Shown
    order: int


def metric(unit: Unit, head: str, *, many: bool = False, **traits: Unpack[Traits]) -> Callable[[OfStream], Metric]:
    """Define the metric of a module; the module name is its name, the module docstring has the formula."""
    return lambda of_stream: Metric(of_stream=of_stream, many=many, **_described(of_stream, unit, head, traits))


def run_metric(unit: Unit, head: str, **traits: Unpack[Traits]) -> Callable[[OfRun], Metric]:
    """Define the metric of a module: one value for all streams of a run."""
    return lambda of_run: Metric(of_run=of_run, **_described(of_run, unit, head, traits))


def outcome_metric(
    unit: Unit, head: str, *, by_cause: bool = False, **traits: Unpack[Traits]
) -> Callable[[OfOutcomes], Metric]:
    """Define the metric of a module: one value for the outcomes of all requests of a run."""
    return lambda of_outcomes: Metric(
        of_outcomes=of_outcomes, by_cause=by_cause, **_described(of_outcomes, unit, head, traits)
    )


def _described(function: Callable[..., object], unit: Unit, head: str, traits: Traits) -> dict[str, Any]:
    """Return the fields of a metric that do not depend on what it is computed from."""
    if unit not in _UNITS:
        raise ValueError(f"invalid unit {unit!r}: expected {', '.join(_UNITS)}")
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
    """Return all samples of one stream; `counter` counts its tokens if the stream does not report them."""
    timeline = Timeline(stream, counter)
    measured = [entry for entry in metrics if entry.of_stream is not None]
    samples = {entry.name: _sampled(entry.of_stream, timeline) for entry in measured if entry.of_stream is not None}
    if stream.api == UNKNOWN_API:
        samples = {name: _of_unknown(name, sample) for name, sample in samples.items()}
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
    """Return the samples of one metric; missing if a result is too large to be represented."""
    try:
        samples = of_stream(timeline)
    except OverflowError:
        return Samples(missing="out-of-range")
    if samples.values and not -_MOST < samples.values[-1] < _MOST:
        return Samples(missing="out-of-range")
    return samples


def _of_unknown(name: str, samples: Samples) -> Samples:
    """Change the reason for an unknown API: the content of its chunks is unknown, which differs from no content."""
    if samples.missing in _ASK_THE_API or name == _CONTENT:
        return Samples(missing="unknown-api")
    return samples


def metric_named(name: str) -> Metric:
    """Return the metric with this name, JSON key or alias. Raises UnknownEntry, which suggests the closest name."""
    for entry in METRICS.values():
        if name in (entry.name, entry.key) or name.lower() in entry.aliases:
            return entry
    words = [word for entry in METRICS.values() for word in (entry.name, *entry.aliases)]
    raise UnknownEntry(f"unknown metric {name!r}; {suggestion(name, words, METRICS)}")


def in_order(metrics: Iterable[Metric]) -> list[Metric]:
    """Return these metrics in display order."""
    return sorted(metrics, key=lambda entry: (entry.order, entry.name))
