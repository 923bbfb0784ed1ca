"""Success share: the share of requests whose stream completed.

Formula: number of complete streams / number of requests that completed or failed. A request fails with a refused or
lost connection, an HTTP status of 400 or above, an error in the stream, or a body that is truncated, malformed, or
not a stream although one was requested. Plain answers to requests without streaming, and excerpts, are not counted.
Missing if there are no other requests (`no-stream`). Its 95 % interval is Wilson's (1927) score interval.
"""

from __future__ import annotations

from streamkit.metrics import Outcomes, outcome_metric
from streamkit.model.measurement import Samples


@outcome_metric("ratio", "Success", aliases=("success",), shown="always", order=70)
def measured(outcomes: Outcomes, cause: str) -> Samples:
    """Return one value: a share from 0 to 1."""
    return Samples((outcomes.complete / outcomes.judged,)) if outcomes.judged else Samples(missing="no-stream")
