"""What OpenAI's two completion APIs share: choices, errors, and how such a stream ends."""

from __future__ import annotations

from typing import Any

from streamkit.apis._api import Chunk, Ending
from streamkit.apis._kit.reading import as_index, error_message, nonempty_string, objects_in
from streamkit.model.message import FINISH, Delta

# Some gateways send these where they mean that nothing has ended yet.
NO_FINISH = (None, "", "null")


def finish_reason(choice: dict[str, Any]) -> str | None:
    """The reason why a choice ended, or None where it has not."""
    reason = choice.get("finish_reason")
    return None if reason in NO_FINISH else (reason if type(reason) is str else str(reason))


def reported_error(chunk: Chunk) -> Any:
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
    error = reported_error(chunk)
    found = [] if error is None else [Delta("error", error_message(error))]
    for place, choice in enumerate(objects_in(chunk.get("choices"))):
        if choice.get("error"):
            found.append(Delta("error", error_message(choice["error"]), choice=as_index(choice.get("index"), place)))
    return found


def ended(ending: Ending) -> bool:
    """`[DONE]`, or, from those who send none, a finish reason for every choice that was begun."""
    if ending.done:
        return True
    finished: set[int] = set()
    for chunk, flag in zip(ending.chunks, ending.flags, strict=True):
        if flag & FINISH:
            for place, choice in enumerate(objects_in(chunk.get("choices"))):
                if finish_reason(choice) is not None:
                    finished.add(as_index(choice.get("index"), place))
    if not finished:
        return False
    return all(
        as_index(choice.get("index"), place) in finished
        for chunk in ending.chunks
        for place, choice in enumerate(objects_in(chunk.get("choices")))
    )


def model(chunk: Chunk) -> str | None:
    """The model's name, where the chunk tells it."""
    return nonempty_string(chunk.get("model"))
