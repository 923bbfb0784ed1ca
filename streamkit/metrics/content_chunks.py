"""Content chunks: the chunks with answer text, reasoning or a piece of a tool call.

Formula: the number of chunks with nonempty text (content, refusal, reasoning) or with the name or arguments of a tool
call. A chunk with only a role, an empty string, a finish reason or usage does not count.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Content", shown="always", order=3)
def measured(timeline: Timeline) -> Samples:
    """Return one sample: the number of chunks with content."""
    return Samples((len(timeline.content),))
