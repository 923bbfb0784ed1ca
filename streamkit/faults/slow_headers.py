"""The response starts late, including status line and headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamkit.faults import Argument, Fault, Given, duration
from streamkit.model.step import Step


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Delay all steps by the same time."""
    return [replace(step, at=step.at + given["for"]) for step in steps]


FAULT = Fault(
    "slow-headers",
    "the response starts late",
    apply,
    (Argument("for", duration, "how much later: 250ms, 2s", 5_000_000_000),),
    "slow-headers:for=2s",
)
