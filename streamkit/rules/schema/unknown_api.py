"""The stream is of no API that is known.

What it finds: a stream whose chunks are those of no known API, so that only its framing can be judged.

Why it matters: no client of a known API reads it, and a check that goes green on it has checked nothing. Name the API
with `--api` where the stream is only odd.

Bad:

```sse
data: {"token":"Hi"}

data: {"token":"!"}
```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


def _failed(stream: Stream) -> bool:
    return stream.exchange.response is not None and stream.exchange.response.status >= 400


@rule("SCH300", "error")
def check(stream: Stream) -> Iterator[Sighting]:
    """One sighting for such a stream."""
    if stream.api == "unknown" and (stream.chunks or stream.done) and not _failed(stream):
        yield Sighting("the chunks are those of no API that is known", chunk=0 if stream.chunks else None)
