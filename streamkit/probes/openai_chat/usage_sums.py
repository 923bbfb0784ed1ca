"""The usage of a plain answer adds up, and is that of the stream.

Sends: the question, once plain and once streamed with usage.

Expects: `total_tokens` is `prompt_tokens` plus `completion_tokens` in both answers.

Why: costs are computed from these numbers.

Reference: OpenAI API reference, Create chat completion, `usage`.

Clients: programs that count costs.
"""

from __future__ import annotations

from streamkit.probes import Probe, counts_are_numbers, usage_adds_up
from streamkit.probes.openai_chat._asks import PLAIN, STREAMED

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="usage",
    asks=(
        PLAIN,
        STREAMED,
    ),
    expects=(usage_adds_up(), counts_are_numbers()),
)
