"""The stream ends normally, but without its terminal event."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.faults import DoesNotApply, Fault, Given
from streamkit.faults._body import PlayedBody
from streamkit.model.step import Step

# `[DONE]` and the terminal events of other APIs: the type of the last event, or `done` in NDJSON.
_MARKERS = (
    b"[DONE]",
    b'"message_stop"',
    b'"message-end"',
    b'"response.completed"',
    b'"response.incomplete"',
    b'"interaction.complete"',
    b'"done":true',
    b'"done": true',
)


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Remove the last event if it is a terminal one."""
    body = PlayedBody.of(steps)
    for event in reversed(body.events):
        if any(marker in event.data for marker in _MARKERS):
            return body.changed(event.start, event.end, b"").steps
    raise DoesNotApply(
        "the stream has no terminal event that is known ([DONE], message_stop, response.completed, done)"
    )


FAULT = Fault(
    "unterminated",
    "the stream ends normally, but without [DONE] or message_stop",
    apply,
    (),
    "unterminated",
)
