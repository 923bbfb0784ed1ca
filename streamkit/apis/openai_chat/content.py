"""The content of chat deltas, in all the variants that providers send."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from streamkit.apis._kit.reading import as_object, as_string, objects_in, to_json
from streamkit.model.message import OTHER_CONTENT, REASONING, TEXT

REASONING_KEYS = ("reasoning_content", "reasoning")

ContentKind = Literal["text", "reasoning", "refusal", "citation", "other"]
_FLAGS: dict[str, int] = {"text": TEXT, "refusal": TEXT, "reasoning": REASONING}


def choice_delta(choice: dict[str, Any]) -> dict[str, Any]:
    """Return the delta of a choice. Without one, return its message, or the delta in Azure's list of messages."""
    delta = choice.get("delta")
    if delta is None and "delta" not in choice:
        delta = choice.get("message")
        if delta is None:
            for message in objects_in(choice.get("messages")):
                return as_object(message.get("delta"))
    return as_object(delta)


def content_texts(content: Any) -> Iterator[tuple[ContentKind, str]]:
    """Yield the kind and text of each piece of `content`, which is a string or, as from Mistral, a list of parts."""
    if type(content) is str:
        if content:
            yield "text", content
    elif type(content) is list:
        for part in content:
            yield from _pieces_of_part(part)
    elif content is not None and type(content) in (int, float, bool):
        yield "text", to_json(content)


def _pieces_of_part(part: Any) -> Iterator[tuple[ContentKind, str]]:
    if type(part) is str:
        yield "text", part
    if type(part) is not dict:
        return
    kind = part.get("type")
    if kind == "thinking":
        thought = part.get("thinking")
        text = thought if type(thought) is str else "".join(as_string(one.get("text")) for one in objects_in(thought))
        yield "reasoning", text
    elif kind == "refusal":
        yield "refusal", as_string(part.get("refusal"))
    elif kind == "reference":
        yield "citation", to_json(part.get("reference_ids"))
    elif type(part.get("text")) is str:
        yield "text", part["text"]
    else:
        yield "other", str(kind or "")


def list_flags(content: Any) -> int:
    """Return the flags of a `content` that is not a string."""
    found = 0
    for kind, text in content_texts(content):
        found |= (_FLAGS.get(kind, OTHER_CONTENT)) if text or kind not in _FLAGS else 0
    return found


def name_and_arguments(call: dict[str, Any]) -> tuple[str, str]:
    """Return the name and the argument fragment in a tool call's delta.

    Arguments that are an object, as in Ollama's own API, are serialized as JSON. A custom tool has `input` instead.
    """
    function = call.get("function")
    if type(function) is not dict:
        function = as_object(call.get("custom"))
    arguments = function.get("arguments", function.get("input"))
    if arguments is None:
        arguments = ""
    return as_string(function.get("name")), arguments if type(arguments) is str else to_json(arguments)
