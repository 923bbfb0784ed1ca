"""The stream begins with a byte order mark, which the standard says to ignore."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.faults import DoesNotApply, Fault, Given
from streamkit.faults._body import PlayedBody, only_sse
from streamkit.model.step import Step

_MARK = b"\xef\xbb\xbf"


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Insert the mark at the beginning of the first write."""
    body = PlayedBody.of(steps)
    only_sse(body)
    if not body.parts:
        raise DoesNotApply("the stream has no bytes")
    first = body.parts[0].data
    return body.changed(0, len(first), _MARK + first).steps


FAULT = Fault("bom", "the stream begins with a byte order mark", apply, (), "bom")
