"""Stream ends before its terminal event.

What it finds: a stream of any API, recorded completely, whose terminal event is missing, unless another rule reports
an error about its end. Plain text has no terminal event: without a marker at its end, it is a warning. The stream that a
client of MCP opens with GET has no end.

Why it matters: a truncated answer looks like a complete one. Most clients stop without an error and return what they
have.

What to do: send the terminal event; if it is missing, treat the answer as incomplete.

Bad:

```ndjson
{"model":"m","created_at":"2026-11-20T20:00:00Z","message":{"role":"assistant","content":"Hel"},"done":false}
{"model":"m","created_at":"2026-11-20T20:00:01Z","message":{"role":"assistant","content":"lo"},"done":false}
```

Good: chat

Bad, in `ai_data_stream`: data-stream
    drop 6

Good, in `ai_data_stream`: data-stream

Bad, in `openai_realtime`: realtime
    drop 10

Good, in `openai_realtime`: realtime
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.finding import Severity
from streamkit.model.stream import Stream
from streamkit.rules import RULES, Sighting, rule
from streamkit.wire.values import Tail

_MESSAGE = "the stream ends before its terminal event: it was truncated, or its last event is missing"


@rule(
    "SEQ425",
    "error",
    also=("warning",),
    whole=True,
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting for such a stream."""
    if stream.verdict == "truncated" and not _is_reported(stream):
        severity: Severity | None = "warning" if stream.api == "plain_text" else None
        yield Sighting(_MESSAGE, chunk=len(stream.chunks) - 1 if stream.chunks else None, severity=severity)


def _is_reported(stream: Stream) -> bool:
    """Return whether another rule reports the same as an error, or nothing is missing: the request failed, the API is unknown,
    the body ends within an event, an end is missing that the API's table of order requires, or the stream has none."""
    response = stream.exchange.response
    if (response is not None and response.status >= 400) or stream.api == "unknown":
        return True
    if any(isinstance(aside, Tail) and aside.data.strip() for _, aside in stream.events.asides):
        return True
    severities = {rule.name: rule.severity for rule in RULES.values() if rule.code not in stream.lawful}
    at_the_end = (step for step in stream.missteps if step.chunk is None)
    return any((step.severity or severities.get(step.kind)) == "error" for step in at_the_end)
