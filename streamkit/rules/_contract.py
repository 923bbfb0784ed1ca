"""A JSON Schema of the user's own, which the chunks of a stream are held to beside the API's table.

Source of the validation: jsonschema-rs, an extra. It knows the drafts 4 to 2020-12; without `$schema` a schema is read as
2020-12. References lead into the schema itself: nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, cast

from streamkit.errors import UsageError
from streamkit.model.stream import Misfit

_LONGEST = 160
_PLAIN = re.compile(r"\w+\Z")

Contract = Callable[[Sequence[dict[str, Any]]], Iterator[Misfit]]
"""What holds chunks to a schema: chunks in, every misfit out, in order. Each misfit's message names the schema, its keyword
and the place of that in the schema, as a JSON Pointer."""


def contract_of(schema: object, named: str) -> Contract:
    """What holds chunks to this JSON Schema, which messages call `named`.

    Raises UsageError where it is no JSON Schema, refers to something outside itself, or jsonschema-rs is not installed.
    """
    try:
        import jsonschema_rs
    except ImportError:
        remedy = "pip install 'llm-streamkit[schema]'"
        raise UsageError(f"{named}: checking against a JSON Schema needs a library; {remedy}") from None
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
    """What these chunks break of several schemas, worked out when it is first asked for."""
    return cache(lambda: tuple(misfit for one in several for misfit in one(chunks)))


def _refused(uri: str) -> Any:
    raise ValueError(f"{uri} lies outside the file")


def _reason(error: Exception) -> str:
    """The first line of what the library says; of a reference that it cannot follow, what would help."""
    text = _short(str(error).partition("\n")[0])
    outside = re.match(r"Resource '(.*?)' is not present", text)
    if outside:
        return f"$ref {outside[1]!r} leads outside the file; move what it refers to into $defs"
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
