"""Interpret the chunks of the chat API. Bedrock passes on the same chunks from some models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import (
    as_index,
    as_object,
    as_string,
    distinct_objects,
    nonempty_string,
    objects_in,
    usage_delta,
)
from streamkit.apis._openai.choices import NO_FINISH, error_deltas, finish_reason, reported_error
from streamkit.apis._openai.usage import parse_usage
from streamkit.apis.openai_chat.content import (
    REASONING_KEYS,
    choice_delta,
    content_texts,
    list_flags,
    name_and_arguments,
)
from streamkit.model.message import ERROR, FINISH, OTHER_CONTENT, REASONING, ROLE, TEXT, TOOL, USAGE, Delta, Usage

# The flag of a delta's field if it is a nonempty string, and if it is a nonempty array or object.
_TEXTS = {"content": TEXT, "refusal": TEXT, "role": ROLE, "reasoning_content": REASONING, "reasoning": REASONING}
_OTHERS = {"audio": OTHER_CONTENT, "annotations": OTHER_CONTENT, "images": OTHER_CONTENT, "citations": OTHER_CONTENT}


def flags(chunk: Chunk) -> int:
    """Return what a chunk carries, over all its choices, as flags."""
    found = 0
    choices = chunk.get("choices")
    if type(choices) is list:
        for choice in choices:
            if type(choice) is not dict:
                continue
            delta = choice.get("delta")
            if type(delta) is dict:
                text = delta.get("content")
                if type(text) is str and len(delta) == 1:  # nearly every chunk
                    if text:
                        found |= TEXT
                else:
                    found |= _delta_flags(delta)
            elif "delta" not in choice:
                found |= _delta_flags(choice_delta(choice))
            reason = choice.get("finish_reason")
            if reason is not None and reason not in NO_FINISH:
                found |= FINISH
                if choice.get("error"):
                    found |= ERROR
        if chunk.get("error"):
            found |= ERROR
    elif reported_error(chunk) is not None:
        found |= ERROR
    if chunk.get("usage") is not None or ("x_groq" in chunk and _groq_usage(chunk) is not None):
        found |= USAGE
    return found


def all_flags(chunks: Sequence[Chunk]) -> list[int]:
    """Return the flags of each chunk.

    Nearly all chunks have one choice with text and nothing else that sets a flag. Those are handled here with as few
    lookups as possible; all others are left to `flags`.
    """
    found: list[int] = []
    add = found.append
    for chunk in chunks:
        try:
            (choice,) = chunk["choices"]
            delta = choice["delta"]
            text = delta["content"]
            if (
                len(delta) == 1
                and type(text) is str
                and choice["finish_reason"] is None
                and chunk.get("usage") is None
                and "error" not in chunk
                and "x_groq" not in chunk
            ):
                add(TEXT if text else 0)
                continue
        except (KeyError, TypeError, ValueError):
            pass
        add(flags(chunk))
    return found


def _delta_flags(delta: dict[str, Any]) -> int:
    found = 0
    for key, value in delta.items():
        if value:
            if type(value) is str:
                if key in _TEXTS:
                    found |= _TEXTS[key]
            else:
                found |= _other_flags(key, value)
    return found


def _other_flags(key: str, value: Any) -> int:
    """Return the flags of a field of a delta that is not a string: tool calls, content parts, audio, annotations."""
    if key == "tool_calls":
        for call in objects_in(value):
            function = call.get("function")
            if type(function) is dict and (function.get("arguments") or function.get("name")):
                return TOOL
            if "custom" in call and any(name_and_arguments(call)):
                return TOOL
        return 0
    if key == "function_call":
        return TOOL if any(name_and_arguments({"function": value})) else 0
    if key == "content":
        return list_flags(value)
    if key == "reasoning_details":
        return REASONING if any(entry.get("text") or entry.get("summary") for entry in objects_in(value)) else 0
    return _OTHERS.get(key, 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what a chunk adds, choice by choice."""
    alone = text_alone(chunk)
    return every_delta(chunk) if alone is None else (alone,)


def text_alone(chunk: Chunk) -> Delta | None:
    """Return what a chunk adds if that is text of one choice and nothing else, as in nearly every chunk; else None."""
    try:
        (choice,) = chunk["choices"]
        ((key, text),) = choice["delta"].items()
        if (
            key == "content"
            and type(text) is str
            and text
            and choice["finish_reason"] is None
            and chunk.get("usage") is None
            and "error" not in chunk
            and "error" not in choice
            and "x_groq" not in chunk
        ):
            return Delta("text", text, choice=as_index(choice.get("index"), 0))
    except (AttributeError, KeyError, TypeError, ValueError):
        pass
    return None


def every_delta(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what any chunk adds, choice by choice: `deltas` without its shortcut."""
    found: list[Delta] = []
    for index, choice in enumerate(objects_in(chunk.get("choices"))):
        number = as_index(choice.get("index"), index)
        delta = choice_delta(choice)
        if delta:
            found += _convert_delta(delta, number)
        reason = finish_reason(choice)
        if reason is not None:
            found.append(Delta("finish", reason, choice=number))
    counts = usage(chunk)
    if counts is not None:
        found.append(usage_delta(counts))
    return (*found, *error_deltas(chunk))


def _convert_delta(delta: dict[str, Any], choice: int) -> list[Delta]:
    found = []
    role = nonempty_string(delta.get("role"))
    if role:
        found.append(Delta("role", role, choice=choice))
    for key in REASONING_KEYS:
        if as_string(delta.get(key)):
            found.append(Delta("reasoning", delta[key], choice=choice))
            break
    for kind, text in content_texts(delta.get("content")):
        found.append(Delta(kind, text, choice=choice))
    if as_string(delta.get("refusal")):
        found.append(Delta("refusal", delta["refusal"], choice=choice))
    pieces = set()
    for index, call in enumerate(objects_in(delta.get("tool_calls"))):
        name, arguments = name_and_arguments(call)
        pieces.add((name, arguments))
        part = as_index(call.get("index"), index)
        found.append(
            Delta("tool", arguments, choice=choice, part=part, id=nonempty_string(call.get("id")), name=name or None)
        )
    if type(delta.get("function_call")) is dict:
        name, arguments = name_and_arguments({"function": delta["function_call"]})
        if (name, arguments) not in pieces:  # some gateways repeat the call in the field that it had in older versions
            found.append(Delta("tool", arguments, choice=choice, part=0, id=None, name=name or None))
    audio = as_object(delta.get("audio"))
    if audio:
        found.append(
            Delta("audio", as_string(audio.get("transcript")), choice=choice, id=nonempty_string(audio.get("id")))
        )
    for citation in objects_in(delta.get("annotations")):
        about = as_object(citation.get("url_citation")) or citation
        found.append(Delta("citation", as_string(about.get("url")) or as_string(about.get("title")), choice=choice))
    return found


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts that a chunk reports. Older Groq models report them only in `x_groq`."""
    raw = chunk.get("usage")
    return parse_usage(raw if raw is not None else _groq_usage(chunk))


def _groq_usage(chunk: Chunk) -> Any:
    return as_object(chunk.get("x_groq")).get("usage")


def joins(chunk: Chunk, text: str) -> bool:
    """Return whether chunks like this one add nothing but to strings that are `text` here. Other strings that the assembler
    would concatenate are empty."""
    choices = distinct_objects(chunk.get("choices"))
    return choices is not None and all(_choice_joins(choice, text) for choice in choices)


def _choice_joins(choice: dict[str, Any], text: str) -> bool:
    delta = choice.get("delta")
    if type(delta) is not dict or choice.get("logprobs") is not None or list in map(type, choice.values()):
        return False
    for key, value in delta.items():
        if key == "tool_calls":
            calls = distinct_objects(value)
            if calls is None or not all(_call_joins(call, text) for call in calls):
                return False
        elif value not in (None, "", text) and key != "role":
            return False
    return True


def _call_joins(call: dict[str, Any], text: str) -> bool:
    function = call.get("function")
    if call.get("id") or type(function) is not dict:
        return False
    known = call.keys() <= {"index", "id", "type", "function"} and function.keys() <= {"name", "arguments"}
    return known and function.get("arguments") in ("", text)
