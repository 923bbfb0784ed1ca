"""Describe values from a stream in messages, never with their Python representation."""

from __future__ import annotations

from typing import Any

_NAMES = {str: "a string", int: "an integer", float: "a number with a fraction", bool: "a boolean", type(None): "null"}
_NAMES |= {dict: "an object", list: "an array"}
_TELLING = (
    "message",
    "errorText",
    "detail",
    "error",
    "msg",
    "Message",
    "last_error",
    "reason",
    "type",
    "code",
    "status",
    "data",
)
_LONGEST = 120
_DEEPEST = 4


def describe(value: Any) -> str:
    """Describe a value for a message: the value itself if it is a string or a number, else its type."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 else f'"{value[:39]}…"'
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)[:40]
    return _NAMES.get(type(value), "something else")


def with_field(what: str, holder: dict[str, Any], field: str) -> str:
    """Describe a thing by one of its fields: `an event of type "x"`, `an event without a type`, `an event whose type is null`."""
    if field not in holder:
        return f"{what} without {'an' if field[0] in 'aeiou' else 'a'} {field}"
    value = holder[field]
    return (
        f"{what} of {field} {describe(value)}" if type(value) is str else f"{what} whose {field} is {describe(value)}"
    )


def with_error(what: str, error: Any) -> str:
    """Add the message of an error, or the fact that it has none."""
    words = error_words(error)
    return f"{what}: {words}" if words else f"{what} without a message"


def error_words(error: Any) -> str:
    """Return the message of an error, shortened; "" if it has none."""
    for _ in range(_DEEPEST):
        if isinstance(error, dict):
            error = next((error[key] for key in _TELLING if error.get(key) not in (None, "", [], {})), None)
        elif isinstance(error, list):
            error = error[0] if error else None
    if type(error) in (int, float):
        error = describe(error)
    return error.strip()[:_LONGEST] if isinstance(error, str) else ""
