"""Replicate predictions: `output` events, whose data is plain text, then `done`.

Source: replicate.com/docs, "Streaming output". Without streaming, a prediction's `output` is the array of these texts.
"""

from __future__ import annotations

from typing import Any

import orjson

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Fragments, join_surrogates, joined
from streamkit.apis._kit.reading import as_object, as_string, error_message, nonempty_string
from streamkit.model.message import ERROR, FINISH, TEXT, Delta, Message, Part, Reply

_NAMES = frozenset({"output", "logs", "error", "done"})


def recognises(sample: Sample) -> str | None:
    """Recognise events called `output`, with no events other than those of this API."""
    names = {name for name, _ in sample.events}
    if sample.framing == "sse" and "output" in names and names <= _NAMES:
        return "events are called 'output'"
    return None


def parse_event(data: bytes, name: str) -> Chunk | None:
    """Return the event name and its data: text for `output`, otherwise the JSON value that the data holds."""
    text = data.decode("utf-8", "replace")
    if name == "output":
        return {"event": name, "data": text}
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = text
    return {"event": name, "data": value}


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    kind = chunk.get("event")
    if kind == "output":
        return TEXT if chunk.get("data") else 0
    if kind == "done":
        return FINISH | (ERROR if as_object(chunk.get("data")).get("reason") == "error" else 0)
    return ERROR if kind == "error" else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds."""
    kind, data = chunk.get("event"), chunk.get("data")
    if kind == "output":
        return (Delta("text", data),) if type(data) is str and data else ()
    if kind == "done":
        reason = as_string(as_object(data).get("reason")) or "succeeded"
        failed = (Delta("error", "the prediction failed"),) if reason == "error" else ()
        return (Delta("finish", reason), *failed)
    return (Delta("error", error_message(data)),) if kind == "error" else ()


def ended(ending: Ending) -> bool:
    """The stream ends with `done`."""
    return any(chunk.get("event") == "done" for chunk in reversed(ending.chunks))


class ReplicateAssembler:
    """Assembles events into the prediction, as far as a stream gives it: status, output, error and logs."""

    def __init__(self) -> None:
        self._pieces = Fragments()
        self._output: list[str] = []
        self._logs = Fragments()
        self._status: str | None = None
        self._error: Any = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        kind, data = chunk.get("event"), chunk.get("data")
        if kind == "output" and type(data) is str:
            self._output.append(data)
            self._pieces.append(data)
        elif kind == "logs":
            self._logs.append(as_string(data))
        elif kind == "error":
            self._status, self._error = "failed", as_object(data).get("detail", data)
        elif kind == "done" and self._status is None:
            # Documented reasons are `canceled` and `error`; an empty object is success.
            reason = nonempty_string(as_object(data).get("reason"))
            self._status = {None: "succeeded", "error": "failed"}.get(reason, reason)

    @property
    def object(self) -> dict[str, Any]:
        """The prediction assembled so far; `status` is null until an event gives it."""
        logs = {"logs": joined(self._logs)} if self._logs else {}
        output = [join_surrogates(piece) for piece in self._output]
        return {"status": self._status, "output": output, "error": self._error, **logs}

    @property
    def message(self) -> Reply:
        """The text alone."""
        parts = (Part("text", joined(self._pieces)),)
        return Reply((Message(0, None, parts, self._status),)) if self._pieces else Reply()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.replicate import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="replicate",
    title="Replicate predictions",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=lambda _: None,
    model=lambda _: None,
    ended=ended,
    assembler=ReplicateAssembler,
    parse_event=parse_event,
    order=40,
    judge=judge,
)
