"""The stream ends before its terminal event.

What it finds: a whole stream of any API whose terminal event never comes, where no other rule reports an error about its
end. Plain text has no terminal event of its own: without a marker at its end, it is a warning.

Why it matters: a cut answer looks like a whole one. Most clients end without an error and hand over what they have.

Bad:

```ndjson
{"model":"m","created_at":"2026-11-20T20:00:00Z","message":{"role":"assistant","content":"Hel"},"done":false}
{"model":"m","created_at":"2026-11-20T20:00:01Z","message":{"role":"assistant","content":"lo"},"done":false}
```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.finding import Severity
from streamkit.model.stream import Stream
from streamkit.rules import RULES, Sighting, rule
from streamkit.wire.values import Tail

_MESSAGE = "the stream ends before its terminal event: it was cut, or its last event is missing"


@rule(
    "SEQ425",
    "error",
    also=("warning",),
    whole=True,
    breaks="ollama 0.6.3, cohere 7.3: the stream ends without an error, and the cut answer passes for a whole one",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """One sighting for such a stream."""
    if stream.verdict == "truncated" and not _is_told(stream):
        severity: Severity | None = "warning" if stream.api == "plain_text" else None
        yield Sighting(_MESSAGE, chunk=len(stream.chunks) - 1 if stream.chunks else None, severity=severity)


def _is_told(stream: Stream) -> bool:
    """Whether an error of another rule says the same: that the request failed, the API is unknown, the body was cut inside
    an event, or an end is missing that the API's table of order asks for."""
    response = stream.exchange.response
    if (response is not None and response.status >= 400) or stream.api == "unknown":
        return True
    if any(isinstance(aside, Tail) and aside.data.strip() for _, aside in stream.events.asides):
        return True
    severities = {rule.name: rule.severity for rule in RULES.values() if rule.code not in stream.lawful}
    at_the_end = (step for step in stream.missteps if step.chunk is None)
    return any((step.severity or severities.get(step.kind)) == "error" for step in at_the_end)
