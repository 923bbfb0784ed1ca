"""The tokens are reported in both answers, and add up.

Sends: the question, once plain and once streamed.

Expects: input tokens in `message_start`, output tokens in `message_delta`, the same as in the plain answer. Codes of
lint: USG, ANT712, ANT720.

Why: costs are computed from these numbers.

Reference: Anthropic API reference, Create a Message; Streaming Messages.

Clients: programs that count costs.
"""

from __future__ import annotations

from streamkit.probes import Probe, counts_are_numbers, usage_adds_up
from streamkit.probes.anthropic_messages._asks import PLAIN, STREAMED

PROBE = Probe.declare(
    __name__,
    api="anthropic_messages",
    group="usage",
    asks=(
        PLAIN,
        STREAMED,
    ),
    finds=(
        "USG",
        "ANT712",
        "ANT720",
    ),
    expects=(usage_adds_up(), counts_are_numbers()),
)
