"""The shape of a line of Ollama's `/api/chat` and `/api/generate`.

Source: ollama-python 0.6.3, `_types.py` (`ChatResponse`, `GenerateResponse`), whose pydantic types raise on a wrong
type; and github.com/ollama/ollama, `docs/api.md`: `model`, `created_at` and `done` are in every line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import (
    Field,
    Shape,
    array,
    boolean,
    count,
    expected,
    number,
    string,
    structure,
)
from streamkit.model.stream import Misfit

DONE_REASONS = ("stop", "length", "load", "unload")
COUNTS = ("total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration")

_TOKEN: dict[str, Field] = {"token": string(required=True), "logprob": number(required=True)}

_LOGPROBS = array(structure({**_TOKEN, "top_logprobs": array(structure(_TOKEN), null=True)}), null=True)

_LINE: dict[str, Field] = {
    "model": expected(string()),
    "created_at": expected(string()),
    "done": boolean(required=True),
    "done_reason": string(*DONE_REASONS).called(wrong_value="unknown-finish-reason"),
    "logprobs": _LOGPROBS,
    **dict.fromkeys(COUNTS, count()),
}

_CALL = structure(
    {
        "id": string(),
        "function": structure(
            {"index": count(), "name": string(required=True), "arguments": structure({}, required=True)}, required=True
        ),
    }
)

_MESSAGE = structure(
    {
        "role": string("assistant", required=True).called(wrong_value="bad-role"),
        "content": string(required=True),
        "thinking": string(),
        "images": array(string(), null=True),
        "tool_name": string(),
        "tool_calls": array(_CALL, null=True),
    },
    required=True,
)

CHAT = Shape(types=("object",), fields={**_LINE, "message": _MESSAGE})
GENERATE = Shape(
    types=("object",),
    fields={
        **_LINE,
        "response": string(required=True),
        "thinking": string(),
        "context": array(count(), null=True),
        "image": string(),
        "images": array(string(), null=True),
        "completed": count(),
        "total": count(),
    },
)

_misfits_chat = misfit_checker(CHAT, error="error", unless="message")
_misfits_generate = misfit_checker(GENERATE, error="error", unless="response")


def is_generate(chunks: Any) -> bool:
    """Return whether a stream is from `/api/generate`, whose lines have a `response`."""
    return any("response" in chunk for chunk in chunks[:8]) and not any("message" in chunk for chunk in chunks[:8])


def misfits(chunks: Any) -> Iterator[Misfit]:
    """Yield every misfit of a stream, using the table of its endpoint."""
    return _misfits_generate(chunks) if is_generate(chunks) else _misfits_chat(chunks)


def unknown(chunks: Any, known: Any = ()) -> Iterator[Misfit]:
    """Yield the fields that are not in the table of the stream's endpoint."""
    return unknown_fields(GENERATE if is_generate(chunks) else CHAT, chunks, known)


def kinds() -> frozenset[str]:
    """Return the name of every misfit that either table can report."""
    return misfit_kinds(CHAT) | misfit_kinds(GENERATE)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a line of either endpoint."""
    chat, generate = (
        schema_builder(shape, "", error="error", unless=key)()
        for shape, key in ((CHAT, "message"), (GENERATE, "response"))
    )
    return {
        "$schema": chat["$schema"],
        "title": "A line of Ollama's chat or generate",
        "anyOf": [*chat["anyOf"], *generate["anyOf"]],
    }
