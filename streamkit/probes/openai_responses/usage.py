"""The tokens are reported in both answers, and add up.

Sends: the question, once plain and once streamed.

Expects: `total_tokens` is `input_tokens` plus `output_tokens`. Codes of lint: USG.

Why: costs are computed from these numbers.

Reference: OpenAI API reference, Create a model response; Streaming events.

Clients: programs that count costs.
"""

from __future__ import annotations

from streamkit.probes import Probe, counts_are_numbers, usage_adds_up
from streamkit.probes.openai_responses._asks import PLAIN, STREAMED

PROBE = Probe.declare(
    __name__,
    api="openai_responses",
    group="usage",
    asks=(
        PLAIN,
        STREAMED,
    ),
    finds=("USG",),
    expects=(usage_adds_up(), counts_are_numbers()),
)
