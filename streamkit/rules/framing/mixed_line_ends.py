r"""Mixed line endings.

What it finds: bodies with more than one of LF, CRLF and CR as line endings.

Why it matters: all three are allowed, even in the same body. However, clients that look for a blank line as `\n\n` do
not see `\r\n\r\n`, and the other way round: of a mixed body they read one part and lose the other. Mixed endings
usually come from editing a file or from conversion by version control.

What to do: use one line ending. `streamkit lint --fix` converts files to the most frequent one.

Bad:

```escaped
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}\r
\r
data: [DONE]


```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.patterns import pattern
from streamkit.rules import Sighting, rule

_NAMES = {b"\n": "LF", b"\r\n": "CRLF", b"\r": "CR"}
_LINE_END = pattern(rb"\r\n|\r|\n")


def counts(body: bytes) -> dict[bytes, int]:
    """Count the line endings that occur, the most frequent first."""
    crlf = body.count(b"\r\n")
    found = {b"\n": body.count(b"\n") - crlf, b"\r\n": crlf, b"\r": body.count(b"\r") - crlf}
    return {end: found[end] for end in sorted(found, key=lambda end: -found[end]) if found[end]}


def with_one_line_end(body: bytes) -> bytes:
    """Return the body with its most frequent line ending everywhere."""
    found = counts(body)
    return _LINE_END.sub(next(iter(found)), body) if found else body


@rule("SSE119", "info", framing=True, fix=with_one_line_end)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting, at the first line ending that differs from the most frequent one."""
    body = stream.exchange.frames.body
    found = counts(body) if stream.framing == "sse" else {}
    if len(found) > 1:
        usual = next(iter(found))
        first = next(match.start() for match in _LINE_END.finditer(body) if match[0] != usual)
        listed = ", ".join(f"{count} {_NAMES[end]}" for end, count in found.items())
        yield Sighting(f"mixed line endings: {listed}", byte=first)
