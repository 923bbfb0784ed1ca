"""Failed: the number of failed requests.

Formula: number of requests whose stream did not complete; see `success_share` for what a failure is. A gate may
select one cause: `failed.429`, `failed.4xx`, `failed.5xx`, `failed.refused`, `failed.truncated`, `failed.error`,
`failed.malformed`, `failed.not-a-stream`, `failed.timeout`, `failed.reset`.
"""

from __future__ import annotations

from streamkit.metrics import Outcomes, outcome_metric
from streamkit.model.measurement import Samples


@outcome_metric("1", "Failed", by_cause=True, aliases=("failures",), order=77)
def measured(outcomes: Outcomes, cause: str) -> Samples:
    """Return one value: the number of failed requests, of `cause` if given. Zero is a valid count."""
    return Samples((outcomes.of_cause(cause) if cause else outcomes.failed,))
