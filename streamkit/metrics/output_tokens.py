"""Output tokens: the number of tokens that the model generated.

Formula: the stream's `usage`; otherwise, for a truncated stream, the running count of per-chunk usage; otherwise the
count of a tokenizer (`--tokenizer`) for all text joined; otherwise unknown. The source is always shown with the
number. A usage of 0 in a stream with content, or one sent before the end of the content, is rejected with a note.
Missing: `no-usage`, `usage-without-output`, `usage-contradicts-content`, `usage-before-content`.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens", "Tokens", aliases=("tokens", "gen_ai.client.token.usage"), shown="always", order=30)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in tokens, with its source."""
    tokens = timeline.tokens
    if tokens.count is None:
        return Samples(missing=tokens.missing)
    return Samples((tokens.count.value,), source=tokens.count.source)
