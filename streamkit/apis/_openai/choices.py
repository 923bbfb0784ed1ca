"""Shared by OpenAI's two completion APIs: choices, errors, and how a stream ends."""

from __future__ import annotations

from typing import Any

from streamkit.apis._api import Chunk, Ending
from streamkit.apis._kit.reading import as_index, error_message, nonempty_string, objects_in
from streamkit.model.message import FINISH, Delta

# Some gateways send these while a choice has not finished.
NO_FINISH = (None, "", "null")


def finish_reason(choice: dict[str, Any]) -> str | None:
    """Return the reason why a choice ended, or None if it has not ended."""
    reason = choice.get("finish_reason")
    return None if reason in NO_FINISH else (reason if type(reason) is str else str(reason))


def reported_error(chunk: Chunk) -> Any:
    """Return the error that a chunk reports, or None: its field `error`, or a body with a message and no choices."""
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
    """Return the errors that a chunk reports, of the stream and of single choices (as OpenRouter does)."""
    error = reported_error(chunk)
    found = [] if error is None else [Delta("error", error_message(error))]
    for index, choice in enumerate(objects_in(chunk.get("choices"))):
        if choice.get("error"):
            found.append(Delta("error", error_message(choice["error"]), choice=as_index(choice.get("index"), index)))
    return found


def ended(ending: Ending) -> bool:
    """The stream ends with `[DONE]`; where providers omit it, when every choice has a finish reason."""
    if ending.done:
        return True
    finished: set[int] = set()
    for chunk, flag in zip(ending.chunks, ending.flags, strict=True):
        if flag & FINISH:
            for index, choice in enumerate(objects_in(chunk.get("choices"))):
                if finish_reason(choice) is not None:
                    finished.add(as_index(choice.get("index"), index))
    if not finished:
        return False
    return all(
        as_index(choice.get("index"), index) in finished
        for chunk in ending.chunks
        for index, choice in enumerate(objects_in(chunk.get("choices")))
    )


def model(chunk: Chunk) -> str | None:
    """Return the model name that a chunk gives, or None."""
    return nonempty_string(chunk.get("model"))
