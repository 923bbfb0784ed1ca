"""No data for 30 seconds.

What it finds: a pause of 30 seconds or more between two events of a stream. A comment counts as an event, because it
keeps the connection open. `--max-gap TIME`, or `max-gap` in `[tool.streamkit.lint]`, sets another limit.

Why it matters: proxies and clients close connections that are silent for this long, many after 30 or 60 seconds
(DeepSeek-V3#1608).

What to do: send a comment such as `: keep-alive` every 15 seconds.

Bad: recording
    set 5 $.at 45000000000
    set 6 $.at 45001000000
    set 7 $.at 45001001000

Good: recording
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.rules.timing._pauses import pauses


@rule("TIM602", "warning", timed=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each pause."""
    frames = stream.exchange.frames
    for frame, pause in pauses(frames):
        if pause >= stream.max_gap:
            yield Sighting(f"{pause / 1e9:.1f} s without a byte", line=frames.lines[frame])
