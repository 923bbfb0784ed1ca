"""Success share: the share of requests whose stream completed.

Formula: number of complete streams / number of requests that completed or failed. A request fails by a refused or lost
connection, an HTTP status from 400 on, an error in the stream, a body that is cut, malformed or no stream although one was
requested. Plain answers to requests for no stream, and excerpts, are neither. Missing where nothing else was given
(`no-stream`). Its 95 % interval is Wilson's (1927) score interval.
"""

from __future__ import annotations

from streamkit.metrics import Outcomes, outcome_metric
from streamkit.model.measurement import Samples


@outcome_metric("ratio", "Success", aliases=("success",), shown="always", order=70)
def measured(outcomes: Outcomes, cause: str) -> Samples:
    """One value: a share from 0 to 1."""
    return Samples((outcomes.complete / outcomes.judged,)) if outcomes.judged else Samples(missing="no-stream")
