"""A part of a run, measured in another process: everything that adds up to the run, as values that can be pickled.

Adding the parts in the order of their streams gives what measuring all streams one after another gives, to the last digit.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import replace

from streamkit.frozen import dataclass
from streamkit.metrics._collect import Collection, Spans
from streamkit.metrics._gate import WORST, Gate
from streamkit.metrics._outcome import Outcomes
from streamkit.model.histogram import Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionPart:
    """The content of a collection. `samples` has the samples of each metric, or their histogram if there are too many."""

    count: int
    measured: int
    samples: dict[str, array[float] | Histogram]
    missing: dict[str, Counter[str]]
    verdicts: Counter[str]
    sources: Counter[str]
    spans: Spans
    outcomes: Outcomes

    @staticmethod
    def of(collection: Collection) -> CollectionPart:
        """Return what this collection contains."""
        pools = {name: pool for name, pool in collection.pools.items() if len(pool)}
        return CollectionPart(
            count=collection.count,
            measured=collection.measured,
            samples={name: array("d", pool.values) if pool.exact else pool.histogram() for name, pool in pools.items()},
            missing={name: reasons for name, reasons in collection.missing.items() if reasons},
            verdicts=collection.verdicts,
            sources=collection.sources,
            spans=collection.spans,
            outcomes=collection.outcomes,
        )

    def add_to(self, collection: Collection) -> None:
        """Add these streams to a collection of the same metrics."""
        collection.count += self.count
        collection.measured += self.measured
        collection.verdicts.update(self.verdicts)
        collection.sources.update(self.sources)
        for name, reasons in self.missing.items():
            collection.missing[name].update(reasons)
        for name, samples in self.samples.items():
            if isinstance(samples, Histogram):
                collection.pools[name].merge(samples)
            else:
                collection.pools[name].extend(samples)
        collection.spans.extend(self.spans)
        collection.outcomes.merge(self.outcomes)


@dataclass(frozen=True, slots=True)
class GatePart:
    """What a gate has seen of some streams."""

    broke: int
    absent: int
    why: str
    failed: int
    worst: list[tuple[float, str, int]]

    @staticmethod
    def of(gate: Gate) -> GatePart:
        """Return what this gate has seen."""
        return GatePart(broke=gate.broke, absent=gate.absent, why=gate.why, failed=gate.failed, worst=gate.worst)

    def moved(self, exchanges: int) -> GatePart:
        """Return the same for streams that have this number of exchanges before them in their file."""
        return replace(self, worst=[(value, file, number + exchanges) for value, file, number in self.worst])

    def add_to(self, gate: Gate) -> None:
        """Add these streams to a gate for the same expression."""
        gate.broke += self.broke
        gate.absent += self.absent
        gate.why = gate.why or self.why
        gate.failed += self.failed
        gate.worst += self.worst
        gate.worst.sort(key=lambda entry: entry[0], reverse=gate.expression.sign in (">", ">="))
        del gate.worst[WORST:]
