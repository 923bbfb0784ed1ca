"""A stop sequence ends the answer before it.

Sends: the question how to count, with the stop sequence `five` in `options.stop`, streamed.

Expects: the finish reason of a stop, and a text that does not contain the sequence. A model that does not count
deviates.

Why: agents parse the text up to the sequence; one that is sent in part is taken for text.

Reference: Ollama, docs/api.md, Generate a chat completion.

Clients: agents with their own text formats, code completion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streamkit.probes import Answer, Flaw, Probe, finish, quoted, without
from streamkit.probes.ollama._asks import STOPPED


def _stopped(answers: Sequence[Answer]) -> Iterator[Flaw]:
    text = answers[0].message.text.lower()
    if "four" not in text and "five" not in text:
        yield Flaw("deviates", f"the model did not count, so nothing was stopped: {quoted(text)}", 0)


PROBE = Probe.declare(
    __name__, api="ollama", group="limits", asks=(STOPPED,), expects=(finish("stop"), without("five"), _stopped)
)
