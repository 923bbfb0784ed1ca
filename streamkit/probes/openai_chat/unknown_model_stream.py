"""An error before a stream is a status, and not an event.

Sends: the request for a model that does not exist, with `stream`.

Expects: status 404 (or 400) and a JSON error object, as without `stream`.

Why: status 200 with an error as the first event is taken for an empty answer by clients that do not look at it.

Reference: OpenAI API documentation, Error codes.

Clients: every SDK: an exception without `stream`, and an empty answer with it.
"""

from __future__ import annotations

from streamkit.probes import Answer, Probe, each, error_object, refuses
from streamkit.probes.openai_chat._asks import UNKNOWN_MODEL_STREAM


def _event(answer: Answer) -> str | None:
    in_stream = answer.status == 200 and answer.stream.verdict == "error"
    return "status 200 and an error in the stream, expected a status" if in_stream else None


PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="errors",
    asks=(UNKNOWN_MODEL_STREAM,),
    refusal="expected",
    expects=(
        each(_event),
        refuses(404, 400, lawful=lambda _: "a model that does not exist is answered"),
        error_object(),
    ),
)
