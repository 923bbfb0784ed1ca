"""An event of the stream is missing."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.faults import Argument, Fault, Given, whole
from streamkit.faults._body import PlayedBody
from streamkit.model.step import Step


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Remove the bytes of one event, and writes that contain nothing else."""
    body = PlayedBody.of(steps)
    event = body.event(given["event"], given)
    return body.changed(event.start, event.end, b"").steps


FAULT = Fault(
    "drop",
    "an event of the stream is missing",
    apply,
    (Argument("event", whole(1), "which event (from 1); random by default"),),
    "drop:event=3",
)
