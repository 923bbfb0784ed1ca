"""The stream reports an error in the middle, and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson

from streamkit.faults import PLACE, Argument, DoesNotApply, Fault, Given, one_of
from streamkit.faults._body import PlayedBody
from streamkit.model.step import Finish, Step, Write


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Insert an error event at the position, and end the body normally after it."""
    body = PlayedBody.of(steps)
    style = given["style"] or _style_of(body)
    kind, message = given["kind"], given["message"]
    error = {"type": kind, "message": message}
    if style == "anthropic":
        data = b"event: error\ndata: %b\n\n" % orjson.dumps({"type": "error", "error": error})
    elif style == "openai":
        data = b"data: %b\n\n" % orjson.dumps({"error": {**error, "param": None, "code": kind}})
    else:
        data = b"%b\n" % orjson.dumps({"error": message})
    offset = body.offset(given)
    at = body.at(offset)
    return replace(body, parts=(*body.until(offset), Write(at, data)), last=Finish(at)).steps


def _style_of(body: PlayedBody) -> str:
    """Return whose error format to use: Anthropic's for named events, Ollama's for NDJSON, otherwise OpenAI's."""
    if body.framing == "ndjson":
        return "ollama"
    if body.framing != "sse":
        raise DoesNotApply(f"no error event is known for a body that is {body.framing}")
    return "anthropic" if any(event.name == "message_start" for event in body.events[:3]) else "openai"


FAULT = Fault(
    "error",
    "the stream reports an error in the middle, and ends",
    apply,
    (
        *PLACE,
        Argument("kind", str, "the type of the error", "overloaded_error"),
        Argument("message", str, "its message", "Overloaded"),
        Argument("style", one_of("openai", "anthropic", "ollama"), "whose format; detected by default"),
    ),
    "error:event=3",
)
