"""Anthropic's legacy Text Completions: `completion` events, each with the next fragment, the last with a `stop_reason`.

Source: anthropic 0.125, `types/completion.py` (later versions have no such client); docs.anthropic.com, "Streaming Text
Completions".
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import as_string, error_message, nonempty_string
from streamkit.model.message import ERROR, FINISH, TEXT, Delta, Message, Part, Reply


def recognises(sample: Sample) -> str | None:
    """Recognise a chunk of type `completion` with a string `completion`."""
    for chunk in sample.chunks:
        if chunk.get("type") == "completion" and type(chunk.get("completion")) is str:
            return "type is 'completion'"
    return "the request's path" if sample.path.endswith("/v1/complete") else None


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    found = (TEXT if as_string(chunk.get("completion")) else 0) | (FINISH if chunk.get("stop_reason") else 0)
    return found | (ERROR if chunk.get("error") else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds."""
    text, reason = as_string(chunk.get("completion")), nonempty_string(chunk.get("stop_reason"))
    found = [Delta("text", text)] if text else []
    if reason:
        found.append(Delta("finish", reason))
    if chunk.get("error"):
        found.append(Delta("error", error_message(chunk["error"])))
    return tuple(found)


def ended(ending: Ending) -> bool:
    """The stream ends with a stop reason."""
    return any(chunk.get("stop_reason") for chunk in reversed(ending.chunks))


class CompletionAssembler:
    """Assembles events into the completion as it is returned without streaming."""

    def __init__(self) -> None:
        self._pieces = Fragments()
        self._fields: dict[str, Any] = {}

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        if chunk.get("type") == "ping":
            return
        self._pieces.append(as_string(chunk.get("completion")))
        self._fields.update((key, value) for key, value in chunk.items() if key != "completion")

    @property
    def object(self) -> dict[str, Any]:
        """The full text among the fields of the last event."""
        return {**self._fields, "completion": joined(self._pieces)}

    @property
    def message(self) -> Reply:
        """The text and the stop reason."""
        text, reason = joined(self._pieces), nonempty_string(self._fields.get("stop_reason"))
        messages = (Message(0, "assistant", (Part("text", text),), reason),) if text or reason else ()
        return Reply(messages, model=nonempty_string(self._fields.get("model")))


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first judged."""
    from streamkit.apis.anthropic_completions import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="anthropic_completions",
    title="Anthropic Text Completions (legacy)",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=lambda _: None,
    model=lambda chunk: nonempty_string(chunk.get("model")),
    ended=ended,
    assembler=CompletionAssembler,
    order=30,
    judge=judge,
)
