"""Two prompts give two choices.

Sends: a request whose `prompt` is an array of two texts.

Expects: choices with the indices 0 and 1, in the order of the prompts.

Why: load generators and evaluations send batches.

Reference: OpenAI API reference, Create completion. `prompt`: array of strings.

Clients: lm-evaluation-harness.
"""

from __future__ import annotations

from streamkit.probes import Answer, Probe, each
from streamkit.probes.openai_completions._asks import TWO_PROMPTS


def _two(answer: Answer) -> str | None:
    found = sorted(message.choice for message in answer.reply.messages)
    return None if found == [0, 1] else f"choices {found}, expected 0 and 1"


PROBE = Probe.declare(__name__, api="openai_completions", group="answer", asks=(TWO_PROMPTS,), expects=(each(_two),))
