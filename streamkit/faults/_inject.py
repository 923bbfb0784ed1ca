"""Shared by the faults that insert something into an event stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from streamkit.faults._body import PLACE, PlayedBody, only_sse
from streamkit.faults._fault import Argument, DoesNotApply, Given, whole
from streamkit.model.step import Step

# Where to insert it: once, or repeatedly.
WHERE = (*PLACE, Argument("every", whole(1), "insert it before every Nth event, instead of once", group="place"))


def injector(make: Callable[[Given], bytes]) -> Callable[[Sequence[Step], Given], list[Step]]:
    """Return the `apply` of a fault that inserts the result of `make` at the positions selected by `WHERE`."""

    def apply(steps: Sequence[Step], given: Given) -> list[Step]:
        body = PlayedBody.of(steps)
        only_sse(body)
        data = make(given)
        if given["every"] is None:
            return body.inserted(body.offset(given), data).steps
        if not body.events:
            raise DoesNotApply("the stream has no events")
        for event in reversed(body.events[:: given["every"]]):
            body = body.inserted(event.start, data)
        return body.steps

    return apply
