"""`ping` events appear between the events, as Anthropic sends them."""

from __future__ import annotations

from streamkit.faults import WHERE, Fault, injector

FAULT = Fault(
    "ping",
    "an event named ping is inserted between the events",
    injector(lambda _: b'event: ping\ndata: {"type": "ping"}\n\n'),
    WHERE,
    "ping:event=2",
)
