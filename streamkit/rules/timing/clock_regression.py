"""Time decreases.

What it finds: a frame with an earlier time than the frame before it.

Why it matters: the recorder's clock is monotonic, so the recording was edited, or joined from two: none of its times
is reliable.

What to do: use the original recording.

Bad: recording
    set 4 $.at 45000000
    set 5 $.at 25000000

Good: recording
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.rules.timing._pauses import pauses


@rule("TIM601", "warning", timed=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each frame whose time decreases."""
    frames = stream.exchange.frames
    for frame, pause in pauses(frames):
        if pause < 0:
            yield Sighting(
                f"frame {frame + 1} is {-pause / 1e6:.3f} ms earlier than the one before", line=frames.lines[frame]
            )
