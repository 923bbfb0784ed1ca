"""Interpret the `GenerateContentResponse` objects of a stream."""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk, Ending
from streamkit.apis._kit.reading import (
    as_index,
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
    Usage,
)

_NO_FINISH = (None, "", "FINISH_REASON_UNSPECIFIED")
_COUNTS = ("promptTokenCount", "candidatesTokenCount", "totalTokenCount", "thoughtsTokenCount")


def unwrapped(chunk: Chunk) -> Chunk:
    """Return the response itself, which may be nested in a field `response`."""
    inner = as_object(chunk.get("response"))
    return inner if "candidates" in inner or "usageMetadata" in inner else chunk


def flags(chunk: Chunk) -> int:
    """Return what a chunk carries, over all its candidates, as flags."""
    found = 0
    for candidate in objects_in(chunk.get("candidates")):
        for part in objects_in(as_object(candidate.get("content")).get("parts")):
            found |= _part_flags(part)
        if candidate.get("finishReason") not in _NO_FINISH:
            found |= FINISH
    counts = chunk.get("usageMetadata")
    if type(counts) is dict and any(name in counts for name in _COUNTS):
        found |= USAGE
    if chunk.get("error"):
        found |= ERROR
    if as_object(chunk.get("promptFeedback")).get("blockReason"):
        found |= FINISH
    return found


def _part_flags(part: dict[str, Any]) -> int:
    if "text" in part:
        return 0 if not part["text"] else REASONING if part.get("thought") else TEXT
    call = part.get("functionCall")
    if call is not None:
        return TOOL if call else 0
    return OTHER_CONTENT if any(key not in ("thoughtSignature", "thought") for key in part) else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what a chunk adds, candidate by candidate; `part` is the index of the part in its chunk."""
    found: list[Delta] = []
    for candidate in objects_in(chunk.get("candidates")):
        number = as_index(candidate.get("index"), 0)
        for index, part in enumerate(objects_in(as_object(candidate.get("content")).get("parts"))):
            found += _convert_part(part, number, index)
        reason = candidate.get("finishReason")
        if reason not in _NO_FINISH:
            found.append(Delta("finish", as_string(reason) or to_json(reason), choice=number))
    blocked = as_object(chunk.get("promptFeedback")).get("blockReason")
    if blocked:
        found.append(Delta("finish", f"prompt blocked: {as_string(blocked)}"))
    if flags(chunk) & USAGE:
        found.append(usage_delta(usage(chunk)))
    if chunk.get("error"):
        found.append(Delta("error", error_message(chunk["error"])))
    return tuple(found)


def _convert_part(part: dict[str, Any], choice: int, index: int) -> list[Delta]:
    text = as_string(part.get("text"))
    if text:
        return [Delta("reasoning" if part.get("thought") else "text", text, choice=choice, part=index)]
    call = part.get("functionCall")
    if type(call) is dict:
        arguments = call.get("args", call.get("partialArgs"))
        if not call:
            return []
        message = "" if arguments is None else to_json(arguments)
        return [
            Delta(
                "tool",
                message,
                choice=choice,
                part=index,
                id=nonempty_string(call.get("id")),
                name=nonempty_string(call.get("name")),
            )
        ]
    return [
        Delta("other", key, choice=choice, part=index)
        for key in part
        if key not in ("text", "thought", "thoughtSignature")
    ]


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts that a chunk reports: running totals."""
    return parse_usage(chunk.get("usageMetadata"))


def parse_usage(raw: Any) -> Usage | None:
    """Convert Gemini's counts to the terms common to all APIs.

    Thoughts are counted separately from candidates, and tool-use prompts separately from the prompt, so they are added
    here: `input` and `output` then add up to `totalTokenCount`, as everywhere.
    """
    if type(raw) is not dict:
        return None
    candidates, thoughts = first_count(raw, "candidatesTokenCount"), first_count(raw, "thoughtsTokenCount")
    prompt, tools = first_count(raw, "promptTokenCount"), first_count(raw, "toolUsePromptTokenCount")
    return Usage(
        input=None if prompt is None else prompt + (tools or 0),
        output=None if candidates is None and thoughts is None else (candidates or 0) + (thoughts or 0),
        total=first_count(raw, "totalTokenCount"),
        reasoning=thoughts,
        cached=first_count(raw, "cachedContentTokenCount"),
        raw=raw,
    )


def ended(ending: Ending) -> bool:
    """The stream ends when every candidate has a finish reason, or with a blocked prompt."""
    begun: set[int] = set()
    finished: set[int] = set()
    for chunk in ending.chunks:
        if as_object(chunk.get("promptFeedback")).get("blockReason"):
            return True
        for candidate in objects_in(chunk.get("candidates")):
            index = as_index(candidate.get("index"), 0)
            begun.add(index)
            if candidate.get("finishReason") not in _NO_FINISH:
                finished.add(index)
    return bool(begun) and begun == finished
