"""Reading JSON that may hold anything: a value of the wanted type, or nothing."""

from __future__ import annotations

import json
from typing import Any

import orjson

from streamkit.model.message import Delta, Usage


def text_of(value: Any) -> str:
    """The string, or "" where it is none."""
    return value if type(value) is str else ""


def name_of(value: Any) -> str | None:
    """The string, or None where it is none or empty."""
    return value if type(value) is str and value else None


def object_of(value: Any) -> dict[str, Any]:
    """The object, or an empty one where it is none."""
    return value if type(value) is dict else {}


def objects_in(value: Any) -> list[dict[str, Any]]:
    """The objects in an array; none where it is no array."""
    return [entry for entry in value if type(entry) is dict] if type(value) is list else []


def count_of(holder: Any, *names: str) -> int | None:
    """The first of these fields that is an integer (and no boolean), or None."""
    if type(holder) is dict:
        for name in names:
            value = holder.get(name)
            if type(value) is int:
                return value
    return None


def place_of(value: Any, otherwise: int) -> int:
    """An index: the integer, or what to take where it is none."""
    return value if type(value) is int else otherwise


def said_by(error: Any) -> str:
    """What an error says, in whichever of the usual forms: a string, or an object with a message somewhere."""
    for _ in range(3):  # errors hold errors: {"error": {"error": {"message": …}}}
        if type(error) is not dict:
            break
        for key in ("message", "detail", "error", "msg", "Message", "type", "code", "status"):
            if error.get(key) not in (None, "", [], {}):
                error = error[key]
                break
        else:
            break
    return error if type(error) is str else written(error)


def written(value: Any) -> str:
    """A JSON value as JSON text; "" where it nests too deeply for any writer."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        pass
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return ""


def usage_delta(usage: Usage | None) -> Delta:
    """The delta of a chunk that reports token counts: its text tells those that matter."""
    if usage is None:
        return Delta("usage")
    counts = (
        (usage.input, "in"),
        (usage.cached or None, "of them cached"),
        (usage.output, "out"),
        (usage.reasoning or None, "of them reasoning"),
    )
    return Delta("usage", ", ".join(f"{count} {what}" for count, what in counts if count is not None))
