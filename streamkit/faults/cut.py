"""The connection ends in the middle of the stream."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.faults import PLACE, Argument, Fault, Given, one_of
from streamkit.faults._body import PlayedBody
from streamkit.model.step import Close, Finish, HalfChunk, Reset, Step

_ENDS: dict[str, type[Close] | type[Reset] | type[Finish]] = {"fin": Close, "reset": Reset, "eof": Finish}

# The length to announce if nothing would follow.
_ANY = 64


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Remove everything after the position, and end the connection as selected by `by`."""
    body = PlayedBody.of(steps)
    offset = body.offset(given)
    parts = list(body.until(offset))
    at = parts[-1].at if parts else body.at(0)
    head = [body.head] if body.head else []
    if given["by"] == "half-chunk":
        following = next((part.data for part in body.after(offset)), b"")
        return [*head, *parts, HalfChunk(body.at(offset), following[: len(following) // 2], len(following) or _ANY)]
    return [*head, *parts, _ENDS[given["by"]](at)]


FAULT = Fault(
    "cut",
    "the connection ends in the middle of the stream",
    apply,
    (
        *PLACE,
        Argument(
            "by",
            one_of("fin", "reset", "half-chunk", "eof"),
            "fin: orderly close; reset: RST; half-chunk: within a chunk; eof: the body ends as if it were complete",
            "fin",
        ),
    ),
    "cut:event=3,by=reset",
)
