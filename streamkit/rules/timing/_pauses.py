"""The time between consecutive frames, for the rules of this family."""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.exchange import Frames


def pauses(frames: Frames) -> Iterator[tuple[int, int]]:
    """Yield the index of each frame with a time, except the first, and the nanoseconds since the one before; may be negative."""
    last = None
    for frame, at in enumerate(frames.at):
        if at is None:
            continue
        if last is not None:
            yield frame, at - last
        last = at
