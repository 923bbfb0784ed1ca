"""Content chunks: the chunks that carry answer text, reasoning or a piece of a tool call.

Formula: the number of chunks with text that is not empty (content, refusal, reasoning) or with the name or arguments of a
tool call. A chunk that opens with a role, an empty string, a finish reason or a usage alone is none.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Content", shown="always", order=3)
def measured(timeline: Timeline) -> Samples:
    """One sample: how many chunks carry content."""
    return Samples((len(timeline.content),))
