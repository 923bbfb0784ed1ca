"""Cloudflare Workers AI, its own API: `{"response": "…"}` chunks, then `[DONE]`; the last chunk may report usage.

Source: developers.cloudflare.com/workers-ai, "Text generation", "Streaming".
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import (
    as_object,
    as_string,
    error_message,
    nonempty_string,
    objects_in,
    to_json,
    usage_delta,
)
from streamkit.apis._openai.usage import parse_usage
from streamkit.model.message import ERROR, TEXT, TOOL, USAGE, Delta, Message, Part, Reply, Usage

_PADDING = "p"


def recognises(sample: Sample) -> str | None:
    """Recognise a chunk with a string `response` and none of the fields of other APIs."""
    for chunk in sample.chunks:
        if type(chunk.get("response")) is str and not {"done", "model", "object", "type"} & chunk.keys():
            return "a chunk holds 'response' and no more than that API's fields"
    return "the request's path" if "/ai/run/" in sample.path else None


def flags(chunk: Chunk) -> int:
    """Return what a chunk carries, as flags."""
    found = TEXT if chunk.get("response") and type(chunk["response"]) is str else 0
    if chunk.get("tool_calls"):
        found |= TOOL
    if type(chunk.get("usage")) is dict:
        found |= USAGE
    return found | (ERROR if _error(chunk) else 0)


def _error(chunk: Chunk) -> Any:
    return chunk.get("error") or chunk.get("errors")


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what a chunk adds."""
    text = as_string(chunk.get("response"))
    found = [Delta("text", text)] if text else []
    for index, call in enumerate(objects_in(chunk.get("tool_calls"))):
        found.append(
            Delta(
                "tool",
                to_json(call.get("arguments", {})),
                choice=0,
                part=index,
                id=None,
                name=nonempty_string(call.get("name")),
            )
        )
    if type(chunk.get("usage")) is dict:
        found.append(usage_delta(usage(chunk)))
    error = _error(chunk)
    if error:
        found.append(Delta("error", error_message(error[0] if type(error) is list else error)))
    return tuple(found)


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts that a chunk reports."""
    return parse_usage(chunk.get("usage"))


class CloudflareAssembler:
    """Assembles chunks into what `env.AI.run` of a Worker returns without streaming."""

    def __init__(self) -> None:
        self._text = Fragments()
        self._calls: list[Any] = []
        self._rest: dict[str, Any] = {}

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        for key, value in chunk.items():
            if key == "response" and type(value) is str:
                self._text.append(value)
            elif key == "tool_calls" and type(value) is list:
                self._calls += value
            elif value is not None and key != _PADDING:
                self._rest[key] = value

    @property
    def object(self) -> dict[str, Any]:
        """The response assembled so far."""
        calls = {"tool_calls": self._calls} if self._calls else {}
        return {"response": joined(self._text), **calls, **self._rest}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        parts = [Part("text", joined(self._text))] if self._text else []
        for call in objects_in(self._calls):
            parts.append(
                Part("tool_call", to_json(call.get("arguments", {})), None, nonempty_string(call.get("name")), call)
            )
        usage = parse_usage(as_object(self._rest.get("usage")) or None)
        return Reply((Message(0, None, tuple(parts)),) if parts else (), usage=usage)


def ended(ending: Ending) -> bool:
    """The stream ends with `[DONE]`."""
    return ending.done


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.cloudflare import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="cloudflare",
    title="Cloudflare Workers AI",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda _: None,
    ended=ended,
    assembler=CloudflareAssembler,
    order=60,
    judge=judge,
)
