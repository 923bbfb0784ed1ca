"""Event without data.

What it finds: events whose data is empty (`data:`), and blocks that have a field but no data (`event: ping` alone),
as some servers send to keep a connection open. In MCP, an event with an ID may be empty: clients resume from it.
LangServe ends its streams with `event: end` alone, which its clients expect.

Why it matters: according to the standard, the first is dispatched with empty data and the second not at all. The
Python SDKs treat both as events and parse the empty data as JSON (wave-agent#1326, cadis#362, hermes-agent#35418).

What to do: send a comment (`: ping`) to keep a connection open.

Bad: chat
    insert 3 -
    bytes "data: -" -> "data:"

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, broken, rule
from streamkit.rules._excerpt import shown_text
from streamkit.wire.values import Ignored


@rule("SSE110", "error", finds=broken, framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each such event or block."""
    for _, aside in stream.events.asides:
        allowed = stream.api == "langgraph" and isinstance(aside, Ignored) and aside.data.strip() == b"event: end"
        if isinstance(aside, Ignored) and aside.reason == "no-data" and not allowed:
            message = "the block has no data, but some clients treat it as an event"
            yield Sighting(message, byte=aside.start, excerpt=shown_text(aside.data).strip())
