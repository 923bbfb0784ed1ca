"""Reading JSON that may hold anything: a value where it has the expected type, else an empty one or None."""

from __future__ import annotations

import json
from typing import Any

import orjson

from streamkit.model.message import Delta, Usage


def text_of(value: Any) -> str:
    """The value where it is a string, else ""."""
    return value if type(value) is str else ""


def name_of(value: Any) -> str | None:
    """The value where it is a string that is not empty, else None."""
    return value if type(value) is str and value else None


def object_of(value: Any) -> dict[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if type(value) is dict else {}


def objects_in(value: Any) -> list[dict[str, Any]]:
    """The objects in an array; an empty list for every other value."""
    return [entry for entry in value if type(entry) is dict] if type(value) is list else []


MOST = (1 << 63) - 1
"""The largest integer that is read as a count: what a signed 64-bit field holds."""


def count_of(holder: Any, *names: str) -> int | None:
    """The first of these fields that is an integer of 64 bits (booleans excluded), or None."""
    if type(holder) is dict:
        for name in names:
            value = holder.get(name)
            if type(value) is int and -MOST <= value <= MOST:
                return value
    return None


def place_of(value: Any, otherwise: int) -> int:
    """An index: the value where it is an integer, else `otherwise`."""
    return value if type(value) is int else otherwise


def said_by(error: Any) -> str:
    """The message of an error in any of the usual forms: a string, or an object with a message somewhere."""
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
    """The delta of a chunk that reports token counts; its text gives the main ones."""
    if usage is None:
        return Delta("usage")
    counts = (
        (usage.input, "in"),
        (usage.cached or None, "of them cached"),
        (usage.output, "out"),
        (usage.reasoning or None, "of them reasoning"),
    )
    return Delta("usage", ", ".join(f"{count} {what}" for count, what in counts if count is not None))
