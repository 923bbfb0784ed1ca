r"""Lines of one body end in different ways.

What it finds: LF, CRLF and CR, of which a body has more than one.

Why it matters: all three are lawful, and a body may mix them. Clients that look for a blank line as `\\n\\n` do not see
`\\r\\n\\r\\n`, and the other way round: of a mixed body they read one part and lose the other. Files that were edited,
or that version control converted, are mixed most often.

Bad:

```escaped
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}\r
\r
data: [DONE]


```

Good: chat
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule

_NAMES = {b"\n": "LF", b"\r\n": "CRLF", b"\r": "CR"}
_LINE_END = re.compile(rb"\r\n|\r|\n")


def counts(body: bytes) -> dict[bytes, int]:
    """How often each line end occurs, the most frequent first; those that do not occur are left out."""
    crlf = body.count(b"\r\n")
    found = {b"\n": body.count(b"\n") - crlf, b"\r\n": crlf, b"\r": body.count(b"\r") - crlf}
    return {end: found[end] for end in sorted(found, key=lambda end: -found[end]) if found[end]}


def with_one_line_end(body: bytes) -> bytes:
    """The body with its most frequent line end everywhere."""
    found = counts(body)
    return _LINE_END.sub(next(iter(found)), body) if found else body


@rule("SSE119", "info", framing=True, fix=with_one_line_end)
def check(stream: Stream) -> Iterator[Sighting]:
    """One sighting, at the first line that ends unlike most."""
    body = stream.exchange.frames.body
    found = counts(body) if stream.framing == "sse" else {}
    if len(found) > 1:
        usual = next(iter(found))
        first = next(match.start() for match in _LINE_END.finditer(body) if match[0] != usual)
        listed = ", ".join(f"{count} in {_NAMES[end]}" for end, count in found.items())
        yield Sighting(f"lines end in different ways: {listed}", byte=first)
