"""The JSON of an event is invalid."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.faults import Argument, DoesNotApply, Fault, Given, whole
from streamkit.faults._body import PlayedBody
from streamkit.model.step import Step


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Remove the last brace of the event's JSON."""
    body = PlayedBody.of(steps)
    number = given["event"]
    if number is None:
        json = [index for index, event in enumerate(body.events, 1) if b"}" in event.data]
        if not json:
            raise DoesNotApply("no event of the stream holds a JSON object")
        number = given.random.choice(json)
    event = body.event(number, given)
    brace = body.data.rfind(b"}", event.start, event.end)
    if brace < 0:
        raise DoesNotApply(f"event {number} holds no JSON object")
    return body.changed(brace, brace + 1, b"").steps


FAULT = Fault(
    "corrupt",
    "the JSON of an event is invalid",
    apply,
    (Argument("event", whole(1), "which event (from 1); random by default"),),
    "corrupt:event=3",
)
