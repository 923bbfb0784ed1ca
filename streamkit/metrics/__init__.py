"""Metrics: numbers with a name, a unit, a formula and a source, one per module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.metrics._collect import Collection as Collection
    from streamkit.metrics._collect import Spans as Spans
    from streamkit.metrics._collect import distribution as distribution
    from streamkit.metrics._collect import json_number as json_number
    from streamkit.metrics._collect import measurement_of as measurement_of
    from streamkit.metrics._collect import row_of as row_of
    from streamkit.metrics._columns import StreamColumns as StreamColumns
    from streamkit.metrics._gate import Expression as Expression
    from streamkit.metrics._gate import Gate as Gate
    from streamkit.metrics._gate import meets_limits as meets_limits
    from streamkit.metrics._gate import parse_expression as parse_expression
    from streamkit.metrics._metric import METRICS as METRICS
    from streamkit.metrics._metric import Metric as Metric
    from streamkit.metrics._metric import Shown as Shown
    from streamkit.metrics._metric import StreamSpan as StreamSpan
    from streamkit.metrics._metric import Unit as Unit
    from streamkit.metrics._metric import in_order as in_order
    from streamkit.metrics._metric import measure as measure
    from streamkit.metrics._metric import metric as metric
    from streamkit.metrics._metric import metric_named as metric_named
    from streamkit.metrics._metric import outcome_metric as outcome_metric
    from streamkit.metrics._metric import run_metric as run_metric
    from streamkit.metrics._outcome import COMPLETE as COMPLETE
    from streamkit.metrics._outcome import NEUTRAL as NEUTRAL
    from streamkit.metrics._outcome import Outcomes as Outcomes
    from streamkit.metrics._outcome import outcome_of as outcome_of
    from streamkit.metrics._outcome import outcome_sentence as outcome_sentence
    from streamkit.metrics._outcome import share_interval as share_interval
    from streamkit.metrics._partial import CollectionPart as CollectionPart
    from streamkit.metrics._partial import GatePart as GatePart
    from streamkit.metrics._reasons import REASONS as REASONS
    from streamkit.metrics._reasons import reason_text as reason_text
    from streamkit.metrics._timeline import Timeline as Timeline

_PLACES = {
    "COMPLETE": "_outcome",
    "NEUTRAL": "_outcome",
    "Outcomes": "_outcome",
    "outcome_metric": "_metric",
    "outcome_of": "_outcome",
    "outcome_sentence": "_outcome",
    "share_interval": "_outcome",
    "Collection": "_collect",
    "CollectionPart": "_partial",
    "Expression": "_gate",
    "Gate": "_gate",
    "GatePart": "_partial",
    "METRICS": "_metric",
    "Metric": "_metric",
    "REASONS": "_reasons",
    "Shown": "_metric",
    "StreamColumns": "_columns",
    "StreamSpan": "_metric",
    "Spans": "_collect",
    "Timeline": "_timeline",
    "Unit": "_metric",
    "distribution": "_collect",
    "metric_named": "_metric",
    "in_order": "_metric",
    "json_number": "_collect",
    "meets_limits": "_gate",
    "measure": "_metric",
    "measurement_of": "_collect",
    "metric": "_metric",
    "parse_expression": "_gate",
    "reason_text": "_reasons",
    "row_of": "_collect",
    "run_metric": "_metric",
}

__getattr__, __dir__ = door(__name__, _PLACES)
