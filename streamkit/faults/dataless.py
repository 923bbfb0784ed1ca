"""A block has fields but no data, so it dispatches no event."""

from __future__ import annotations

from streamkit.faults import WHERE, Argument, Fault, injector, one_of

_BLOCKS = {"id": b"id: 7\n\n", "event": b"event: ping\n\n", "data": b"data:\n\n"}

FAULT = Fault(
    "dataless",
    "a block has an id or an event name, but no data",
    injector(lambda given: _BLOCKS[given["field"]]),
    (*WHERE, Argument("field", one_of(*_BLOCKS), "the field of the block (data: an empty one)", "id")),
    "dataless:event=1,field=event",
)
