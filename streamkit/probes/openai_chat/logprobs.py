"""`logprobs` gives the probability of every token.

Sends: a question with `logprobs: true, top_logprobs: 2`, streamed.

Expects: `choices[].logprobs.content` in the chunks with text, whose tokens join to the text. An endpoint that ignores
the field deviates.

Why: evaluations and classifiers compute with them; tokens that are missing change the result.

Reference: OpenAI API reference, Create chat completion, `logprobs`, `top_logprobs`.

Clients: evaluation tools such as lm-evaluation-harness.
"""

from __future__ import annotations

from streamkit.probes import Answer, Flaw, Probe, at, each, quoted
from streamkit.probes.openai_chat._asks import LOGPROBS


def _covered(answer: Answer) -> str | Flaw | None:
    choices = [
        choice for chunk in answer.stream.chunks for choice in chunk.get("choices") or [] if isinstance(choice, dict)
    ]
    entries = [entry for choice in choices for entry in at(choice, "logprobs.content") or [] if isinstance(entry, dict)]
    if not entries:
        return Flaw("deviates", "ignored: no chunk has logprobs")
    tokens = "".join(str(entry.get("token", "")) for entry in entries)
    text = answer.message.text
    return (
        None
        if tokens.strip() == text.strip()
        else f"the tokens join to {quoted(tokens)}, and the text is {quoted(text)}"
    )


PROBE = Probe.declare(__name__, api="openai_chat", group="answer", asks=(LOGPROBS,), expects=(each(_covered),))
