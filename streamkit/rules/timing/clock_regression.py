"""Time goes back.

What it finds: a frame that was stamped earlier than the one before it.

Why it matters: the recorder's clock is monotonic, so the recording was edited, or joined from two: no time in it can
be trusted.

Bad: recording
    set 4 $.at 45000000
    set 5 $.at 25000000

Good: recording
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("TIM601", "warning", timed=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each frame that goes back."""
    frames = stream.exchange.frames
    last = None
    for frame, at in enumerate(frames.at):
        if at is None:
            continue
        if last is not None and at < last:
            yield Sighting(
                f"frame {frame + 1} is {(last - at) / 1e6:.3f} ms earlier than the one before", line=frames.lines[frame]
            )
        last = at
