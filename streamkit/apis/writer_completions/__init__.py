"""Writer's legacy text completions: `{"value": "…"}` chunks, and no terminal event.

Source: dev.writer.com, "Text generation"; a recorded stream of `POST /v1/completions`.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Pieces, joined
from streamkit.apis._kit.reading import as_string, error_message
from streamkit.model.message import ERROR, TEXT, Delta, Message, Part, Reply


def recognises(sample: Sample) -> str | None:
    """Chunks that hold a text called `value` and nothing else."""
    if sample.chunks and all(chunk.keys() == {"value"} and type(chunk["value"]) is str for chunk in sample.chunks):
        return "chunks hold 'value' alone"
    return None


def flags(chunk: Chunk) -> int:
    """What a chunk carries."""
    return (TEXT if as_string(chunk.get("value")) else 0) | (ERROR if chunk.get("error") else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """What a chunk adds."""
    text = as_string(chunk.get("value"))
    found = (Delta("text", text),) if text else ()
    return (*found, Delta("error", error_message(chunk["error"]))) if chunk.get("error") else found


def ended(ending: Ending) -> bool:
    """Any chunk may be the last: the API has no terminal event, so a stream that was cut looks complete."""
    return bool(ending.chunks)


class WriterAssembler:
    """Fed with chunks; `object` is the answer without streaming: `choices` with the text."""

    def __init__(self) -> None:
        self._pieces = Pieces()

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        self._pieces.append(as_string(chunk.get("value")))

    @property
    def object(self) -> dict[str, Any]:
        """The answer as far as the chunks go."""
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
