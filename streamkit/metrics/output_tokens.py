"""Output tokens: how many tokens the model generated.

Formula: `usage` of the stream; else the running count of per-chunk usage, where the stream was cut; else what a named
tokenizer counts in all text joined (`--tokenizer`); else unknown. The source is always shown with the number. A usage of 0
alongside content, or one sent before the content ended, is rejected, with a note. Missing: `no-usage`,
`usage-without-output`, `usage-contradicts-content`, `usage-before-content`.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("tokens", "Tokens", aliases=("tokens", "gen_ai.client.token.usage"), shown="always", order=30)
def measured(timeline: Timeline) -> Samples:
    """One sample, in tokens, with its source."""
    tokens = timeline.tokens
    if tokens.count is None:
        return Samples(missing=tokens.missing)
    return Samples((tokens.count.value,), source=tokens.count.source)
