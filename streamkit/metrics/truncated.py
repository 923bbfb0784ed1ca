"""Truncated: the number of streams that ended before their terminal event.

Formula: number of requests with the outcome `truncated`; an excerpt, whose end is unknown, does not count.
"""

from __future__ import annotations

from streamkit.metrics import Outcomes, outcome_metric
from streamkit.model.measurement import Samples


@outcome_metric("1", "Truncated", order=78)
def measured(outcomes: Outcomes, cause: str) -> Samples:
    """Return one value: the number of truncated streams. Zero is a valid count."""
    return Samples((outcomes.of_cause("truncated"),))
