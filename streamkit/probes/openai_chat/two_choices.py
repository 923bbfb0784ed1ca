"""`n: 2` gives two choices.

Sends: a question with `n: 2`, streamed.

Expects: choices with the indices 0 and 1, each with text and a finish reason. An endpoint that silently gives one
answer deviates.

Why: clients read `choices[1]`, and chunks of both choices are mixed in one stream.

Reference: OpenAI API reference, Create chat completion, `n`; `choices[].index`.

Clients: sampling programs; stream helpers that accumulate by index.
"""

from __future__ import annotations

from streamkit.probes import Answer, Flaw, Probe, each, finish
from streamkit.probes.openai_chat._asks import TWO


def _two(answer: Answer) -> str | Flaw | None:
    found = [message.choice for message in answer.reply.messages]
    if found == [0]:
        return Flaw("deviates", "one choice, two were asked for")
    return None if sorted(found) == [0, 1] else f"choices {found}, expected 0 and 1"


PROBE = Probe.declare(
    __name__, api="openai_chat", group="answer", asks=(TWO,), expects=(each(_two), finish("stop", "length"))
)
