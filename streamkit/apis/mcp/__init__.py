"""MCP streamable HTTP: JSON-RPC messages of a server to its client, in the stream that answers a request: notifications of
progress, requests to the client, and at last the response. Events may have IDs, from which a client can resume.

Source: modelcontextprotocol.io, specification 2025-11-25, "Transports"; PyPI `mcp` 2.3. The object is the response.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.reading import as_object, as_string, nonempty_string, objects_in
from streamkit.apis.mcp.chunks import deltas, finish_of, flags, is_response
from streamkit.model.message import Message, Part, Reply

_A2A = ("kind", "task", "message", "statusUpdate", "artifactUpdate")
"""Every result of A2A, which is JSON-RPC as well, has one of these fields."""


def recognises(sample: Sample) -> str | None:
    """Recognise a JSON-RPC message that is not one of A2A."""
    for chunk in sample.chunks:
        if chunk.get("jsonrpc") == "2.0" and ("method" in chunk or "error" in chunk or "result" in chunk):
            result = as_object(chunk.get("result"))
            if not any(name in result for name in _A2A) or "content" in result:
                return "a chunk is a JSON-RPC message"
    return None


class ResponseAssembler:
    """Keeps the response."""

    def __init__(self) -> None:
        self._response: Chunk | None = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next message. Never raises on content."""
        if is_response(chunk):
            self._response = chunk

    @property
    def object(self) -> dict[str, Any]:
        """The response; empty if there is none yet."""
        return dict(self._response) if self._response is not None else {}

    @property
    def message(self) -> Reply:
        """The content of the result, as parts of one message."""
        if self._response is None or "error" in self._response:
            return Reply()
        result = as_object(self._response.get("result"))
        parts = tuple(
            Part("text", as_string(block.get("text")))
            if block.get("type") == "text"
            else Part("data", name=nonempty_string(block.get("type")), data=block)
            for block in objects_in(result.get("content"))
        )
        parts = parts or (Part("data", name="result", data=result),)
        return Reply((Message(0, None, parts, finish_of(self._response)),))


def ended(ending: Ending) -> bool:
    """The stream ends with the response. One that the client opened with GET has no last message."""
    return ending.method == "GET" or any(is_response(chunk) for chunk in reversed(ending.chunks))


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.mcp import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="mcp",
    title="MCP streamable HTTP",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=lambda _: None,
    model=lambda _: None,
    ended=ended,
    assembler=ResponseAssembler,
    order=27,
    judge=judge,
)
