"""Writer's legacy text completions: `{"value": "…"}` chunks, and no terminal event.

Source: dev.writer.com, "Text generation"; a recorded stream of `POST /v1/completions`.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import as_string, error_message
from streamkit.model.message import ERROR, TEXT, Delta, Message, Part, Reply


def recognises(sample: Sample) -> str | None:
    """Recognise chunks with a string `value` and no other fields."""
    if sample.chunks and all(chunk.keys() == {"value"} and type(chunk["value"]) is str for chunk in sample.chunks):
        return "chunks hold only 'value'"
    return None


def flags(chunk: Chunk) -> int:
    """Return what a chunk carries, as flags."""
    return (TEXT if as_string(chunk.get("value")) else 0) | (ERROR if chunk.get("error") else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what a chunk adds."""
    text = as_string(chunk.get("value"))
    found = (Delta("text", text),) if text else ()
    return (*found, Delta("error", error_message(chunk["error"]))) if chunk.get("error") else found


def ended(ending: Ending) -> bool:
    """Any chunk may be the last: the API has no terminal event, so a stream that was cut looks complete."""
    return bool(ending.chunks)


class WriterAssembler:
    """Assembles chunks into the non-streaming response: `choices` with the text."""

    def __init__(self) -> None:
        self._pieces = Fragments()

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        self._pieces.append(as_string(chunk.get("value")))

    @property
    def object(self) -> dict[str, Any]:
        """The answer assembled so far."""
        return {"choices": [{"text": joined(self._pieces)}]}

    @property
    def message(self) -> Reply:
        """The text alone."""
        text = joined(self._pieces)
        return Reply((Message(0, None, (Part("text", text),)),)) if text else Reply()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first judged."""
    from streamkit.apis.writer_completions import grammar, shape

    return Judge.of(
        shape,
        grammar,
    )


API = Api(
    name="writer_completions",
    title="Writer text completions (legacy)",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=lambda _: None,
    model=lambda _: None,
    ended=ended,
    assembler=WriterAssembler,
    order=70,
    judge=judge,
)
