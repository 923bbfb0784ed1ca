"""What OpenAI's two completion APIs share: choices, errors, and how such a stream ends."""

from __future__ import annotations

from typing import Any

from streamkit.apis._api import Chunk, Ending
from streamkit.apis._kit.reading import name_of, objects_in, place_of, said_by
from streamkit.model.message import FINISH, Delta

# Some gateways send these where they mean that nothing has ended yet.
NO_FINISH = (None, "", "null")


def finish_of(choice: dict[str, Any]) -> str | None:
    """The reason why a choice ended, or None where it has not."""
    reason = choice.get("finish_reason")
    return None if reason in NO_FINISH else (reason if type(reason) is str else str(reason))


def error_of(chunk: Chunk) -> Any:
    """What a chunk says went wrong, or None: `error`, or a body without choices that holds only a message."""
    error = chunk.get("error")
    if error:
        return error
    if "choices" not in chunk and "object" not in chunk:
        if chunk.get("detail"):
            return chunk["detail"]
        if type(chunk.get("message")) is str and ("code" in chunk or "type" in chunk):
            return chunk
    return None


def error_deltas(chunk: Chunk) -> list[Delta]:
    """The errors that a chunk tells: of the stream, and of single choices (as OpenRouter does)."""
    error = error_of(chunk)
    found = [] if error is None else [Delta("error", said_by(error))]
    for place, choice in enumerate(objects_in(chunk.get("choices"))):
        if choice.get("error"):
            found.append(Delta("error", said_by(choice["error"]), choice=place_of(choice.get("index"), place)))
    return found


def ended(ending: Ending) -> bool:
    """`[DONE]`, or, from those who send none, a finish reason for every choice that was begun."""
    if ending.done:
        return True
    finished: set[int] = set()
    for chunk, flag in zip(ending.chunks, ending.flags, strict=True):
        if flag & FINISH:
            for place, choice in enumerate(objects_in(chunk.get("choices"))):
                if finish_of(choice) is not None:
                    finished.add(place_of(choice.get("index"), place))
    if not finished:
        return False
    return all(
        place_of(choice.get("index"), place) in finished
        for chunk in ending.chunks
        for place, choice in enumerate(objects_in(chunk.get("choices")))
    )


def model(chunk: Chunk) -> str | None:
    """The model's name, where the chunk tells it."""
    return name_of(chunk.get("model"))
