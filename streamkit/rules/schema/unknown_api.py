"""Unknown API.

What it finds: a stream whose chunks belong to no known API, so that only its framing can be checked.

Why it matters: no client of a known API can read it, and a check that passes on it has checked nothing.

What to do: name the API with `--api` if the stream is only unusual.

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
    """Yield one sighting for such a stream."""
    if stream.api == "unknown" and (stream.chunks or stream.done) and not _failed(stream):
        yield Sighting("the chunks belong to no known API", chunk=0 if stream.chunks else None)
