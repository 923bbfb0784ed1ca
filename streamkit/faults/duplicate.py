"""An event of the stream arrives twice."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.faults import Argument, Fault, Given, whole
from streamkit.faults._body import PlayedBody
from streamkit.model.step import Step


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Write the bytes of one event again right after it."""
    body = PlayedBody.of(steps)
    event = body.event(given["event"], given)
    return body.inserted(event.end, body.data[event.start : event.end]).steps


FAULT = Fault(
    "duplicate",
    "an event of the stream arrives twice",
    apply,
    (Argument("event", whole(1), "which event (from 1); random by default"),),
    "duplicate:event=3",
)
