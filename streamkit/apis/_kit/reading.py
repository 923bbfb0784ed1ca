"""Tolerant access to JSON of unknown shape: return a value of the expected type, or an empty default."""

from __future__ import annotations

import json
from typing import Any

import orjson

from streamkit.model.message import MAX_COUNT, Delta, Usage


def as_string(value: Any) -> str:
    """Return `value` if it is a string, else ""."""
    return value if type(value) is str else ""


def nonempty_string(value: Any) -> str | None:
    """Return `value` if it is a nonempty string, else None."""
    return value if type(value) is str and value else None


def as_object(value: Any) -> dict[str, Any]:
    """Return `value` if it is a JSON object, else an empty dict."""
    return value if type(value) is dict else {}


def objects_in(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a JSON array; an empty list if `value` is not an array."""
    return [entry for entry in value if type(entry) is dict] if type(value) is list else []


def first_count(holder: Any, *names: str) -> int | None:
    """Return the first of the fields `names` that holds an integer (not a boolean) up to `MAX_COUNT`, or None."""
    if type(holder) is dict:
        for name in names:
            value = holder.get(name)
            if type(value) is int and -MAX_COUNT <= value <= MAX_COUNT:
                return value
    return None


def as_index(value: Any, default: int) -> int:
    """Return `value` if it is an integer, else `default`."""
    return value if type(value) is int else default


def error_message(error: Any) -> str:
    """Return the message of an error, which may be a string or an object with the message in one of the usual fields."""
    for _ in range(3):  # errors may be nested: {"error": {"error": {"message": …}}}
        if type(error) is not dict:
            break
        for key in ("message", "detail", "error", "msg", "Message", "type", "code", "status"):
            if error.get(key) not in (None, "", [], {}):
                error = error[key]
                break
        else:
            break
    return error if type(error) is str else to_json(error)


def to_json(value: Any) -> str:
    """Serialize a JSON value; return "" if it is nested too deeply to be serialized."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        pass
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return ""


def usage_delta(usage: Usage | None) -> Delta:
    """Return the delta of a chunk that reports token counts, with the main counts as its text."""
    if usage is None:
        return Delta("usage")
    counts = (
        (usage.input, "in"),
        (usage.cached or None, "of them cached"),
        (usage.output, "out"),
        (usage.reasoning or None, "of them reasoning"),
    )
    return Delta("usage", ", ".join(f"{count} {what}" for count, what in counts if count is not None))


def distinct_objects(values: Any) -> list[dict[str, Any]] | None:
    """Return these objects if each has an `index`, from 0, that no other has; else None."""
    if type(values) is not list or not all(type(value) is dict for value in values):
        return None
    indices = [value.get("index") for value in values]
    known = all(type(index) is int and index >= 0 for index in indices)
    return values if known and len(set(indices)) == len(indices) else None
