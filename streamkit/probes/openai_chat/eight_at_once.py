"""Eight streams at once stay apart.

Sends: eight streams at once, each to repeat another word.

Expects: eight complete streams, each with its own word. A model that does not repeat it deviates; a stream with the
word of another fails.

Why: servers batch requests, and a mistake there sends an answer to another client.

Reference: OpenAI API documentation, Rate limits.

Clients: every server with more than one user.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streamkit.probes import COPY_WORDS, Answer, Flaw, Probe, quoted
from streamkit.probes.openai_chat._asks import EIGHT


def _own_words(answers: Sequence[Answer]) -> Iterator[Flaw]:
    silent = []
    for own, index in sorted((_word_sent(answer), index) for index, answer in enumerate(answers)):
        text = answers[index].message.text
        if own in text.lower():
            continue
        if any(word in text.lower() for word in COPY_WORDS):
            yield Flaw("fail", f"the word of another stream: {quoted(text)} instead of {own!r}", index)
        else:
            silent.append((own, text, index))
    for own, text, index in silent[:1]:
        many = f"{len(silent)} of {len(answers)} answers do not repeat their word"
        yield Flaw("deviates", f"{many}: {quoted(text)} instead of {own!r}", index)


def _word_sent(answer: Answer) -> str:
    body = answer.exchange.request.body if answer.exchange.request else None
    sent = str(body.value) if body else ""
    return next((word for word in COPY_WORDS if word in sent), "")


PROBE = Probe.declare(__name__, api="openai_chat", group="http", asks=(EIGHT,), expects=(_own_words,))
