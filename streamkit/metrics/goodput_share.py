"""Goodput share: the share of all streams that kept every limit.

Formula: number of complete streams that meet all of `--slo` / number of streams, failed ones included. Missing without any
limit (`no-slo`) and where no stream says when it was recorded (`no-wall-clock`).
"""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.metrics import Span, run_metric
from streamkit.model.measurement import Samples


@run_metric("ratio", "Good", aliases=("good", "slo_attainment"), shown="always", order=76)
def measured(spans: Sequence[Span]) -> Samples:
    """One value: a share from 0 to 1."""
    if not spans:
        return Samples(missing="no-wall-clock")
    if all(span.good is None for span in spans):
        return Samples(missing="no-slo")
    return Samples((sum(bool(span.good) for span in spans) / len(spans),))
