"""Eight streams at once stay apart.

Sends: eight streams at once, each to repeat another word.

Expects: eight complete streams, each with its own word. A model that does not repeat it deviates; a stream with the
word of another fails.

Why: servers batch requests, and a mistake there sends an answer to another client.

Reference: OpenAI API documentation, Rate limits.

Clients: every server with more than one user.
"""

from __future__ import annotations

from streamkit.probes import COPY_WORDS, Answer, Flaw, Probe, each, quoted
from streamkit.probes.openai_chat._asks import EIGHT


def _own_word(answer: Answer) -> str | Flaw | None:
    body = answer.exchange.request.body if answer.exchange.request else None
    sent, text = str(body.value) if body else "", answer.message.text.lower()
    own = next((word for word in COPY_WORDS if word in sent), "")
    other = next((word for word in COPY_WORDS if word != own and word in text), None)
    if other is not None and own not in text:
        return f"the word of another stream: {quoted(text)} instead of {own!r}"
    return None if own in text else Flaw("deviates", f"the model did not repeat {own!r}: {quoted(text)}")


PROBE = Probe.declare(__name__, api="openai_chat", group="http", asks=(EIGHT,), expects=(each(_own_word),))
