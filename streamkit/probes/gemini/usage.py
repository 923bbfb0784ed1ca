"""The tokens are reported in both answers, and add up.

Sends: the question, once plain and once streamed.

Expects: `usageMetadata` with prompt, candidates and total tokens, which add up. Codes of lint: USG, GEM909.

Why: costs are computed from these numbers.

Reference: Gemini API reference, models.generateContent; models.streamGenerateContent.

Clients: programs that count costs.
"""

from __future__ import annotations

from streamkit.probes import Probe, counts_are_numbers, usage_adds_up
from streamkit.probes.gemini._asks import PLAIN, STREAMED

PROBE = Probe.declare(
    __name__,
    api="gemini",
    group="usage",
    asks=(
        PLAIN,
        STREAMED,
    ),
    finds=(
        "USG",
        "GEM909",
    ),
    expects=(usage_adds_up(), counts_are_numbers()),
)
