"""Interpret `text_completion` chunks."""

from __future__ import annotations

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import (
    as_index,
    as_string,
    distinct_objects,
    objects_in,
    usage_delta,
)
from streamkit.apis._openai.choices import NO_FINISH, error_deltas, finish_reason, reported_error
from streamkit.apis._openai.usage import parse_usage
from streamkit.model.message import (
    ERROR,
    FINISH,
    TEXT,
    USAGE,
    Delta,
    Usage,
)


def flags(chunk: Chunk) -> int:
    """Return what a chunk carries, over all its choices, as flags."""
    found = 0
    choices = chunk.get("choices")
    for choice in objects_in(choices):
        if choice.get("text"):
            found |= TEXT
        if choice.get("finish_reason") not in NO_FINISH:
            found |= FINISH
    if chunk.get("usage") is not None:
        found |= USAGE
    if ("error" in chunk or choices is None) and reported_error(chunk) is not None:
        found |= ERROR
    return found


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what a chunk adds, choice by choice."""
    found: list[Delta] = []
    for index, choice in enumerate(objects_in(chunk.get("choices"))):
        number = as_index(choice.get("index"), index)
        if as_string(choice.get("text")):
            found.append(Delta("text", choice["text"], choice=number))
        reason = finish_reason(choice)
        if reason is not None:
            found.append(Delta("finish", reason, choice=number))
    counts = usage(chunk)
    if counts is not None:
        found.append(usage_delta(counts))
    return (*found, *error_deltas(chunk))


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts that a chunk reports."""
    return parse_usage(chunk.get("usage"))


def joins(chunk: Chunk, text: str) -> bool:
    """Return whether chunks like this one add nothing but to the texts of their choices, which are `text` here."""
    choices = distinct_objects(chunk.get("choices"))
    return choices is not None and all(
        choice.get("text") == text and choice.get("logprobs") is None and list not in map(type, choice.values())
        for choice in choices
    )
