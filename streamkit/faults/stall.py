"""The stream stalls for a while, or forever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamkit.faults import PLACE, Argument, Fault, Given, duration
from streamkit.faults._body import PlayedBody
from streamkit.model.step import Hang, Step, Write

_EVER = -1


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Delay everything after the position by the given time, or forever."""
    body = PlayedBody.of(steps)
    offset = body.offset(given)
    before = body.until(offset)
    head = [body.head] if body.head else []
    if given["for"] == _EVER:
        return [*head, *before, Hang(before[-1].at if before else body.at(0))]
    later = [Write(part.at + given["for"], part.data) for part in body.after(offset)]
    return [*head, *before, *later, replace(body.last, at=body.last.at + given["for"])]


def _read(text: str) -> int:
    try:
        return _EVER if text == "ever" else duration(text)
    except ValueError as wanted:
        raise ValueError(f"{wanted}, or ever") from None


FAULT = Fault(
    "stall",
    "the stream stalls for a while, or forever",
    apply,
    (*PLACE, Argument("for", _read, "how long: 250ms, 2s, ever", 5_000_000_000)),
    "stall:event=2,for=5s",
)
