"""Single messages of MCP: what they carry and what they add."""

from __future__ import annotations

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_object, as_string, error_message, objects_in
from streamkit.model.message import ERROR, FINISH, OTHER_CONTENT, TEXT, Delta


def is_response(chunk: Chunk) -> bool:
    """Return whether a message is a response, not a request or a notification."""
    return "method" not in chunk and ("result" in chunk or "error" in chunk)


def flags(chunk: Chunk) -> int:
    """Return what a message carries, as flags. The response ends the stream; its text is the result of a tool."""
    if not is_response(chunk):
        return OTHER_CONTENT if "method" in chunk else 0
    if "error" in chunk:
        return ERROR
    return FINISH | (TEXT if _text(chunk) else 0)


def _text(chunk: Chunk) -> str:
    content = objects_in(as_object(chunk.get("result")).get("content"))
    return "".join(as_string(block.get("text")) for block in content if block.get("type") == "text")


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what a message adds."""
    carried = flags(chunk)
    if carried & ERROR:
        return (Delta("error", error_message(chunk.get("error"))),)
    if carried & FINISH:
        finish = Delta("finish", finish_of(chunk))
        return (Delta("text", _text(chunk)), finish) if carried & TEXT else (finish,)
    return (Delta("other", as_string(chunk.get("method"))),) if carried else ()


def finish_of(chunk: Chunk) -> str:
    """Return how a request ended: with a result, or with the error of a tool."""
    return "isError" if as_object(chunk.get("result")).get("isError") is True else "result"
