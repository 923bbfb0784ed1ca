"""Streams that were measured before, in columns: many are added to a collection at once."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from streamkit.frozen import dataclass
from streamkit.metrics._collect import Spans, span_of
from streamkit.metrics._metric import Metric
from streamkit.metrics._outcome import COMPLETE, Outcomes
from streamkit.metrics._partial import CollectionPart

_UNMEASURED = "not-measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamColumns:
    """What a collection takes of some streams; every column has one entry per stream.

    `values` has a column for each metric, by name: its value or, if it has many, its samples; None where there are none. `missing`
    has the reasons for that, by the metric's name in JSON.
    """

    verdicts: Sequence[str]
    outcomes: Sequence[str]
    recorded_at: Sequence[str | None]
    token_sources: Sequence[str | None]
    missing: Sequence[Mapping[str, str]]
    values: Mapping[str, Sequence[Any]]

    def part(self, metrics: Sequence[Metric], *, include_failed: bool = False) -> CollectionPart:
        """Return what a collection of these metrics contains after all of these streams have been added to it. `values` must have
        those metrics, the duration and the tokens."""
        taken = [include_failed or outcome == COMPLETE for outcome in self.outcomes]
        samples: dict[str, array[float] | Any] = {}
        missing: dict[str, Counter[str]] = {}
        for entry in metrics:
            values, key = self.values[entry.name], entry.key
            reasons = [each.get(key) for each in self.missing]
            found = [
                value
                for value, why, wanted in zip(values, reasons, taken, strict=True)
                if value is not None and wanted and not why
            ]
            if found:
                samples[entry.name] = array("d", [each for many in found for each in many] if entry.many else found)
            absent = [why or _UNMEASURED for value, why in zip(values, reasons, strict=True) if value is None or why]
            if absent:
                missing[entry.name] = Counter(absent)
        return CollectionPart(
            count=len(taken),
            measured=sum(taken),
            samples=samples,
            missing=missing,
            verdicts=Counter(self.verdicts),
            sources=Counter(source for source in self.token_sources if source),
            spans=self._spans(),
            outcomes=Outcomes(Counter(self.outcomes)),
        )

    def _spans(self) -> Spans:
        spans = Spans()
        durations, tokens = self.values["operation_duration"], self.values["output_tokens"]
        for at, duration, count, verdict in zip(self.recorded_at, durations, tokens, self.verdicts, strict=True):
            span = None if duration is None else span_of(at, duration, count, verdict)
            if span is not None:
                spans.append(span)
        return spans
