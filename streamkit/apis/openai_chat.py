"""OpenAI Chat Completions: `chat.completion.chunk` objects, ended by `[DONE]`.

Source: openai-openapi, `CreateChatCompletionStreamResponse`; openai-python 3.52, `types/chat/chat_completion_chunk.py`.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis._api import Api, Chunk, Ending, Sample
from streamkit.apis._openai_chat_assembler import ChatAssembler
from streamkit.apis._openai_usage import usage_of
from streamkit.model.message import ERROR, FINISH, REASONING, ROLE, TEXT, TOOL, USAGE, Delta

REASONING_KEYS = ("reasoning_content", "reasoning")


def recognises(sample: Sample) -> str | None:
    """A chunk with `choices` that hold a `delta`, or the plain answer's `message`."""
    for chunk in sample.chunks:
        if chunk.get("object") in ("chat.completion.chunk", "chat.completion"):
            return f"object is {chunk['object']!r}"
        for choice in _choices(chunk):
            if "delta" in choice:
                return "choices hold a delta"
    if sample.path.endswith("/chat/completions"):
        return "the request's path"
    return None


def flags(chunk: Chunk) -> int:
    """What a chunk carries, over all its choices."""
    found = 0
    for choice in _choices(chunk):
        delta = choice.get("delta")
        if isinstance(delta, dict):
            if delta.get("content") or delta.get("refusal"):
                found |= TEXT
            if delta.get("tool_calls") or delta.get("function_call"):
                found |= TOOL
            if delta.get("role"):
                found |= ROLE
            if any(delta.get(key) for key in REASONING_KEYS):
                found |= REASONING
        if choice.get("finish_reason"):
            found |= FINISH
    if chunk.get("usage") is not None:
        found |= USAGE
    if chunk.get("error"):
        found |= ERROR
    return found


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """What a chunk adds, choice by choice."""
    found: list[Delta] = []
    for position, choice in enumerate(_choices(chunk)):
        index = choice.get("index")
        number = index if isinstance(index, int) else position
        delta = choice.get("delta")
        if isinstance(delta, dict):
            found += _of_delta(delta, number)
        if choice.get("finish_reason"):
            found.append(Delta("finish", str(choice["finish_reason"]), number))
    if chunk.get("usage") is not None:
        found.append(Delta("usage"))
    error = chunk.get("error")
    if error:
        found.append(Delta("error", str(error.get("message") or error) if isinstance(error, dict) else str(error)))
    return tuple(found)


def ended(ending: Ending) -> bool:
    """`[DONE]`, or, from those who send none, a finish reason for every choice that was begun."""
    if ending.done:
        return True
    begun: set[object] = set()
    finished: set[object] = set()
    for chunk in ending.chunks:
        for choice in _choices(chunk):
            begun.add(choice.get("index", 0))
            if choice.get("finish_reason"):
                finished.add(choice.get("index", 0))
    return bool(begun) and begun == finished


def streamed(chunk: Chunk) -> bool:
    """False for the plain answer: `message` where a chunk has `delta`."""
    return not any("message" in choice and "delta" not in choice for choice in _choices(chunk))


def model(chunk: Chunk) -> str | None:
    """The model's name, where the chunk tells it."""
    name = chunk.get("model")
    return name if isinstance(name, str) and name else None


def _choices(chunk: Chunk) -> list[dict[str, Any]]:
    choices = chunk.get("choices")
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def _of_delta(delta: dict[str, Any], choice: int) -> list[Delta]:
    found = []
    if delta.get("role"):
        found.append(Delta("role", str(delta["role"]), choice))
    for key in REASONING_KEYS:
        if isinstance(delta.get(key), str) and delta[key]:
            found.append(Delta("reasoning", delta[key], choice))
    for key, kind in (("content", "text"), ("refusal", "refusal")):
        if isinstance(delta.get(key), str) and delta[key]:
            found.append(Delta(kind, delta[key], choice))  # type: ignore[arg-type]
    calls = delta.get("tool_calls")
    for place, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict):
            function = call.get("function")
            function = function if isinstance(function, dict) else {}
            index = call.get("index")
            found.append(
                Delta(
                    "tool",
                    str(function.get("arguments") or ""),
                    choice,
                    index if isinstance(index, int) else place,
                    call.get("id"),
                    function.get("name"),
                )
            )
    return found


API = Api(
    name="openai_chat",
    title="OpenAI Chat Completions",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=lambda chunk: usage_of(chunk.get("usage")),
    model=model,
    ended=ended,
    assembler=ChatAssembler,
    streamed=streamed,
)
