"""Two events of the stream arrive in the wrong order."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.faults import Argument, Fault, Given, whole
from streamkit.faults._body import PlayedBody
from streamkit.model.step import Step


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Swap an event with the one after it, including their times."""
    body = PlayedBody.of(steps)
    event = body.event(given["event"], given, last=1)
    following = body.events[body.events.index(event) + 1]
    first, second = body.data[event.start : event.end], body.data[following.start : following.end]
    # The later one first, so that the offset of the earlier one stays valid.
    return body.changed(following.start, following.end, first).changed(event.start, event.end, second).steps


FAULT = Fault(
    "reorder",
    "two events of the stream arrive in the wrong order",
    apply,
    (Argument("event", whole(1), "the event to swap with the next one; random by default"),),
    "reorder:event=3",
)
