"""Goodput share: the share of all streams that met every limit.

Formula: number of complete streams that meet all of `--slo` / number of requests, including failed ones; plain
answers and excerpts are not counted. Missing without any limit (`no-slo`).
"""

from __future__ import annotations

from streamkit.metrics import Outcomes, outcome_metric
from streamkit.model.measurement import Samples


@outcome_metric("ratio", "Good", aliases=("good", "slo_attainment"), shown="always", order=76)
def measured(outcomes: Outcomes, cause: str) -> Samples:
    """Return one value: a share from 0 to 1."""
    if outcomes.good is None:
        return Samples(missing="no-slo")
    return Samples((outcomes.good / outcomes.judged,)) if outcomes.judged else Samples(missing="no-stream")
