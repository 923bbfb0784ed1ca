"""Validate the chunks of a stream against the user's JSON Schema, in addition to the API's table.

Validation is done by jsonschema-rs, an extra, which supports drafts 4 to 2020-12; a schema without `$schema` is read as
2020-12. References must stay within the schema: nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, cast

from streamkit.errors import UsageError
from streamkit.model.stream import Misfit
from streamkit.patterns import pattern

_LONGEST = 160
_PLAIN = pattern(r"\w+\Z")

Contract = Callable[[Sequence[dict[str, Any]]], Iterator[Misfit]]
"""A validator: yields all misfits of the chunks, in order. The message of each contains the name of the schema, the keyword, and
the position of the keyword in the schema as a JSON Pointer."""


def contract_of(schema: object, named: str) -> Contract:
    """Return a validator for this JSON Schema, which messages call `named`.

    Raises UsageError if the schema is invalid or refers to something outside itself, or if jsonschema-rs is not installed.
    """
    try:
        import jsonschema_rs
    except ImportError:
        remedy = "pip install 'llm-streamkit[schema]'"
        raise UsageError(f"{named}: jsonschema-rs is not installed; {remedy}") from None
    try:
        validator = jsonschema_rs.validator_for(cast("Any", schema), retriever=_refused)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, TypeError) as error:
        raise UsageError(f"{named}: invalid JSON Schema: {_reason(error)}") from None

    def misfits(chunks: Sequence[dict[str, Any]]) -> Iterator[Misfit]:
        for index, chunk in enumerate(chunks):
            if not validator.is_valid(chunk):
                for error in validator.iter_errors(chunk):
                    yield Misfit(index, _json_path(error.instance_path), "user-schema", _message(error, named))

    return misfits


def contracts(several: Sequence[Contract], chunks: Sequence[dict[str, Any]]) -> Callable[[], tuple[Misfit, ...]]:
    """Return a cached function that validates these chunks against several schemas."""
    return cache(lambda: tuple(misfit for one in several for misfit in one(chunks)))


def _refused(uri: str) -> Any:
    raise ValueError(f"{uri} is outside the file")


def _reason(error: Exception) -> str:
    """Return the first line of the library's message, or a remedy for a reference that it cannot follow."""
    text = _short(str(error).partition("\n")[0])
    outside = re.match(r"Resource '(.*?)' is not present", text)
    if outside:
        return f"$ref {outside[1]!r} points outside the file; move its target into $defs"
    return text


def _message(error: Any, named: str) -> str:
    path = [str(step) for step in error.schema_path]
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)
    keyword = path[-1] if path else "false"
    return f"{_short(error.message)} ({named}: {keyword} at #{pointer})"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _json_path(steps: Sequence[str | int]) -> str:
    path = "$"
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if _PLAIN.match(step) else f"[{step!r}]"
    return path
