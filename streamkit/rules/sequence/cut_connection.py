"""Connection broke.

What it finds: a recorded exchange whose body did not end normally: reset, timed out, or with a protocol error.

Why it matters: clients raise in the middle of the answer. If the client itself disconnected, or the recorder was
interrupted, it is for information.

What to do: check the timeouts of proxies and servers; retry.

Bad: recording
    set 3 $.at 2000
    set 4 $.at 2001
    set 5 $.at 2002
    set 6 $.at 2003
    data 7 {"type":"end","at":3000,"reason":"reset"}

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.finding import Severity
from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule(
    "SEQ424",
    "error",
    also=("info",),
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting for such an exchange."""
    end = stream.exchange.end
    if end is not None and end.reason not in ("eof", "limit") and stream.exchange.frames:
        severity: Severity | None = "info" if end.reason in ("client_abort", "interrupted") else None
        last = len(stream.chunks) - 1 if stream.chunks else None
        yield Sighting(
            f"the body ended with {end.reason}{': ' + end.error if end.error else ''}", chunk=last, severity=severity
        )
