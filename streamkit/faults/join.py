"""Frames that were sent separately arrive together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamkit.faults import Argument, Fault, Given, whole
from streamkit.faults._body import PlayedBody
from streamkit.model.step import Step, Write


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Join several writes into one, at the time of the last one."""
    body = PlayedBody.of(steps)
    count = given["frames"] or max(len(body.parts), 1)
    groups = [body.parts[start : start + count] for start in range(0, len(body.parts), count)]
    joined = tuple(Write(group[-1].at, b"".join(part.data for part in group)) for group in groups)
    return replace(body, parts=joined).steps


FAULT = Fault(
    "join",
    "frames that were sent separately arrive together",
    apply,
    (Argument("frames", whole(0), "how many become one; 0 means all, as with a buffering proxy", 0),),
    "join:frames=4",
)
