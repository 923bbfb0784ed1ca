"""The tokens are reported in both answers, and add up.

Sends: the question, once plain and once streamed.

Expects: `total_tokens` is `prompt_tokens` plus `completion_tokens`; streamed with `include_usage`. Codes of lint: USG.

Why: costs are computed from these numbers.

Reference: OpenAI API reference, Create completion.

Clients: programs that count costs.
"""

from __future__ import annotations

from streamkit.probes import Probe, counts_are_numbers, usage_adds_up
from streamkit.probes.openai_completions._asks import PLAIN, STREAMED

PROBE = Probe.declare(
    __name__,
    api="openai_completions",
    group="usage",
    asks=(
        PLAIN,
        STREAMED,
    ),
    finds=("USG",),
    expects=(usage_adds_up(), counts_are_numbers()),
)
