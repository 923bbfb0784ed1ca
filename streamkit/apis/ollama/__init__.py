"""Ollama's own API, `/api/chat` and `/api/generate`: JSON Lines, the last with `done: true` and the server's own
timings.

Source: github.com/ollama/ollama, `docs/api.md`.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import merge_fields, to_plain
from streamkit.apis._kit.reading import (
    as_object,
    as_string,
    error_message,
    first_count,
    nonempty_string,
    objects_in,
    to_json,
    usage_delta,
)
from streamkit.model.message import (
    ERROR,
    FINISH,
    OTHER_CONTENT,
    REASONING,
    TEXT,
    TOOL,
    USAGE,
    Delta,
    Message,
    Part,
    Reply,
    Usage,
)

_PATHS = ("/api/chat", "/api/generate")
_COUNTS = ("prompt_eval_count", "eval_count")


def recognises(sample: Sample) -> str | None:
    """Recognise a chunk with a boolean `done` and a `message` or a `response`."""
    for chunk in sample.chunks:
        if type(chunk.get("done")) is bool and ("message" in chunk or "response" in chunk):
            return "a chunk holds 'done' and a message or a response"
    return "the request's path" if sample.path.endswith(_PATHS) else None


def flags(chunk: Chunk) -> int:
    """Return what a chunk carries, as flags."""
    found = 0
    message = as_object(chunk.get("message"))
    if message.get("content") or chunk.get("response"):
        found |= TEXT
    if message.get("thinking") or chunk.get("thinking"):
        found |= REASONING
    if message.get("tool_calls"):
        found |= TOOL
    if message.get("images") or chunk.get("images"):
        found |= OTHER_CONTENT
    if chunk.get("done") is True:
        found |= FINISH
        if any(name in chunk for name in _COUNTS):
            found |= USAGE
    return found | (ERROR if chunk.get("error") else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what a chunk adds."""
    message = as_object(chunk.get("message"))
    found: list[Delta] = []
    thought = as_string(message.get("thinking")) or as_string(chunk.get("thinking"))
    if thought:
        found.append(Delta("reasoning", thought))
    text = as_string(message.get("content")) or as_string(chunk.get("response"))
    if text:
        found.append(Delta("text", text))
    for index, call in enumerate(objects_in(message.get("tool_calls"))):
        function = as_object(call.get("function"))
        given = to_json(function["arguments"]) if "arguments" in function else ""
        found.append(
            Delta(
                "tool",
                given,
                choice=0,
                part=index,
                id=nonempty_string(call.get("id")),
                name=nonempty_string(function.get("name")),
            )
        )
    if chunk.get("done") is True:
        found.append(Delta("finish", as_string(chunk.get("done_reason"))))
        if any(name in chunk for name in _COUNTS):
            found.append(usage_delta(usage(chunk)))
    if chunk.get("error"):
        found.append(Delta("error", error_message(chunk["error"])))
    return tuple(found)


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of the last chunk, or None. The server omits the count of a fully cached prompt."""
    raw = {key: value for key, value in chunk.items() if key.endswith(("_count", "_duration"))}
    return (
        Usage(input=first_count(raw, "prompt_eval_count"), output=first_count(raw, "eval_count"), raw=raw)
        if raw
        else None
    )


def ended(ending: Ending) -> bool:
    """The stream ends with a line with `done: true`."""
    return any(chunk.get("done") is True for chunk in reversed(ending.chunks))


class OllamaAssembler:
    """Assembles lines into the object that Ollama returns for `"stream": false`."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._message: dict[str, Any] = {}
        self._texts: dict[str, Any] = {}

    def feed(self, chunk: Chunk) -> None:
        """Take the next line. Never raises on content."""
        for key, value in chunk.items():
            if key == "message" and type(value) is dict:
                self._head.setdefault("message", None)
                calls = value.get("tool_calls")
                # Each line contains complete calls, which never continue an earlier one, whatever their index.
                merge_fields(self._message, {name: field for name, field in value.items() if name != "tool_calls"})
                if type(calls) is list:
                    self._message["tool_calls"] = [*self._message.get("tool_calls", ()), *calls]
            elif key in ("response", "thinking") and type(value) is str:
                self._head.setdefault(key, None)
                merge_fields(self._texts, {key: value})
            elif value is not None:
                self._head[key] = value

    @property
    def object(self) -> dict[str, Any]:
        """The response assembled so far."""
        answer = {**self._head, **{key: to_plain(value) for key, value in self._texts.items()}}
        if "message" in self._head:
            answer["message"] = self._whole_message
        return answer

    @property
    def _whole_message(self) -> dict[str, Any]:
        return {key: to_plain(value) for key, value in self._message.items()}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        message, answer = self._whole_message, self.object
        parts = []
        thought = as_string(message.get("thinking")) or as_string(answer.get("thinking"))
        if thought:
            parts.append(Part("reasoning", thought))
        text = as_string(message.get("content")) or as_string(answer.get("response"))
        if text:
            parts.append(Part("text", text))
        for call in objects_in(message.get("tool_calls")):
            function = as_object(call.get("function"))
            given = to_json(function.get("arguments", {}))
            parts.append(
                Part("tool_call", given, nonempty_string(call.get("id")), nonempty_string(function.get("name")), call)
            )
        messages = (
            Message(0, nonempty_string(message.get("role")), tuple(parts), nonempty_string(answer.get("done_reason"))),
        )
        return Reply(messages if parts or message else (), None, nonempty_string(answer.get("model")), usage(answer))


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.ollama import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="ollama",
    title="Ollama chat and generate",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda chunk: nonempty_string(chunk.get("model")),
    ended=ended,
    assembler=OllamaAssembler,
    order=40,
    judge=judge,
)
