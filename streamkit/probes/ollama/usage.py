"""The tokens are reported in both answers, and add up.

Sends: the question, once plain and once streamed.

Expects: `prompt_eval_count` and `eval_count` in the last object. Codes of lint: USG.

Why: costs are computed from these numbers.

Reference: Ollama, docs/api.md, Generate a chat completion.

Clients: programs that count costs.
"""

from __future__ import annotations

from streamkit.probes import Probe, counts_are_numbers, usage_adds_up
from streamkit.probes.ollama._asks import PLAIN, STREAMED

PROBE = Probe.declare(
    __name__,
    api="ollama",
    group="usage",
    asks=(
        PLAIN,
        STREAMED,
    ),
    finds=("USG",),
    expects=(usage_adds_up(), counts_are_numbers()),
)
