"""What differs between a request and a recorded one, and how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import orjson

from streamkit.frozen import dataclass

MANY = 10_000
"""Stop counting differences here."""

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class RequestDifference:
    """A difference between a request and a recorded one, at a JSON path. An absent value is None, as is null; `absent` tells
    which side has none."""

    at: str
    recorded: Any
    received: Any
    absent: Literal["", "recorded", "received"] = ""

    def as_json(self) -> dict[str, Any]:
        """As the answer to a request without a match lists it."""
        return {"at": self.at, "recorded": self.recorded, "asked": self.received}

    def __str__(self) -> str:
        recorded = "nothing" if self.absent == "recorded" else _shown(self.recorded)
        received = "nothing" if self.absent == "received" else _shown(self.received)
        return f"{self.at}: recorded {recorded}, received {received}"


def differences(recorded: Any, received: Any, at: str = "") -> Iterator[RequestDifference]:
    """Yield all differences between two JSON values, in order; each item that only one of two lists has is one."""
    if isinstance(recorded, dict) and isinstance(received, dict):
        for key in [*recorded, *(key for key in received if key not in recorded)]:
            yield from differences(recorded.get(key, _ABSENT), received.get(key, _ABSENT), f"{at}.{key}" if at else key)
    elif isinstance(recorded, list) and isinstance(received, list):
        for index, (one, other) in enumerate(zip(recorded, received, strict=False)):
            yield from differences(one, other, f"{at}[{index}]")
        shorter = min(len(recorded), len(received))
        for index, item in enumerate(recorded[shorter:], shorter):
            yield RequestDifference(f"{at}[{index}]", item, None, "received")
        for index, item in enumerate(received[shorter:], shorter):
            yield RequestDifference(f"{at}[{index}]", None, item, "recorded")
    elif recorded != received or isinstance(recorded, bool) is not isinstance(received, bool):
        if recorded is _ABSENT:
            yield RequestDifference(at, None, received, "recorded")
        elif received is _ABSENT:
            yield RequestDifference(at, recorded, None, "received")
        else:
            yield RequestDifference(at, recorded, received)


def distance(recorded: dict[str, Any], received: dict[str, Any], limit: tuple[bool, int]) -> tuple[bool, int]:
    """Return whether two views are of different routes, and how many values differ, counted up to that of `limit`.

    An object that only one of them has counts as much as it contains: otherwise a body of another kind would be the most similar.
    """
    elsewhere = any(recorded.get(part) != received.get(part) for part in ("method", "path"))
    if elsewhere > limit[0]:
        return elsewhere, MANY
    most = limit[1] if elsewhere == limit[0] else MANY
    size = 0
    for difference in differences(recorded, received):
        size += max(_values(difference.recorded), _values(difference.received))
        if size >= most:
            break
    return elsewhere, size


def _values(value: Any) -> int:
    """Return the number of values in a JSON value that are not containers, at least 1."""
    if isinstance(value, dict):
        value = list(value.values())
    return max(sum(map(_values, value)), 1) if isinstance(value, list) else 1


def streaming_difference(recorded: bool | None, received: bool | None) -> RequestDifference:
    """Return the difference of two requests of which one asks for a stream; None means that a request does not say."""
    absent: Literal["", "recorded", "received"] = (
        "recorded" if recorded is None else "received" if received is None else ""
    )
    return RequestDifference("body.stream", recorded, received, absent)


def _shown(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 80 else text[:79] + "…"
