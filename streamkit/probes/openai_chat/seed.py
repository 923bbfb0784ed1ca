"""The same seed gives the same answer.

Sends: one question twice with `seed: 7` at temperature 0.

Expects: the same text; other words are a deviation, as the reference promises best effort only.

Why: tests and evaluations rely on it.

Reference: OpenAI API reference, Create chat completion, `seed`.

Clients: evaluations that are to be repeated.
"""

from __future__ import annotations

from streamkit.probes import Probe, agree
from streamkit.probes.openai_chat._asks import SEEDED, SEEDED_AGAIN

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="answer",
    asks=(
        SEEDED,
        SEEDED_AGAIN,
    ),
    expects=(agree(),),
)
