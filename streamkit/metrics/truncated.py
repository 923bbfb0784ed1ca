"""Truncated: how many streams were cut before their terminal event.

Formula: number of requests with the outcome `truncated`; an excerpt, of which nobody knows how it ended, is none.
"""

from __future__ import annotations

from streamkit.metrics import Outcomes, outcome_metric
from streamkit.model.measurement import Samples


@outcome_metric("1", "Truncated", order=78)
def measured(outcomes: Outcomes, cause: str) -> Samples:
    """One value: how many were cut. Zero is a count."""
    return Samples((outcomes.of_cause("truncated"),))
