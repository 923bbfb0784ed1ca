"""An outcome of the client measurements in words: `raises TypeError`, `the text is lost`.

The forms of an outcome are those of `clients.json`: `{}` is fine; `raises`, `breaks` and `hangs` say that the program stops;
`loses` and `sent` name the fields in which the answer is another than the one of the same stream without the defect, by the
client's doing or because the stream itself holds it so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_LONGEST = 60


def effect(outcome: dict[str, Any], truncated: bool, passed_on: bool) -> str:
    """What a client does, as the end of a sentence that begins with its name; "" where it does no harm.

    `truncated` tells that the stream was cut off. `passed_on` asks for what the client hands on as it was sent, too.
    """
    if "raises" in outcome:
        kind, message = outcome["raises"]
        return f"raises {kind}: {message}" if _is_worth_telling(message) else f"raises {kind}"
    if "breaks" in outcome:
        return f"hands on a value that raises {outcome['breaks'][0]} where it is read"
    if "hangs" in outcome:
        return "hangs"
    fields = {**(outcome.get("sent", {}) if passed_on else {}), **outcome.get("loses", {})}
    finish = fields.get("finish", (None, None))
    if isinstance(finish[1], list) and not isinstance(finish[0], list):
        return "the answer is split over several choices"
    if truncated and passed_on:
        return _of_a_cut_stream(fields)
    return ", ".join(_CHANGES[field](usual, given) for field, (usual, given) in fields.items())


def _of_a_cut_stream(fields: dict[str, Any]) -> str:
    """What is handed over of a stream that was cut off, where no error is: it shows by its finish reason, or not at all."""
    if "finish" not in fields:
        return "no error: the cut answer passes for a whole one"
    usual, given = fields["finish"]
    if given and not usual:
        return f"no error: the cut answer passes for a whole one, finish reason {_quoted(given)} is made up"
    return f"no error, {_finish(usual, given)}"


def _is_worth_telling(message: str) -> bool:
    """Whether a message is the same for every such stream, as far as it can be seen: no numbers, and not cut."""
    return bool(message) and len(message) <= _LONGEST and not any(char.isdigit() for char in message)


def _text(what: str) -> Callable[[Any, Any], str]:
    def change(usual: Any, given: Any) -> str:
        if not given:
            return f"the {what} is lost"
        if len(given) > len(usual):
            return f"{what} is added"
        return f"{what} is missing" if len(given) < len(usual) else f"the {what} is another"

    return change


def _calls(usual: Any, given: Any) -> str:
    if not given:
        return "the tool calls are lost"
    if isinstance(usual, str) or isinstance(given, str) or len(given) == len(usual):
        return _changed_call(usual, given)
    return "a tool call is lost" if len(given) < len(usual) else "a tool call too many"


def _changed_call(usual: Any, given: Any) -> str:
    if isinstance(usual, str) or isinstance(given, str):
        return "the tool calls are others"
    before, after = next(pair for pair in zip(usual, given, strict=True) if pair[0] != pair[1])
    if before[0] != after[0]:
        if after[0] == "(made up)":
            return "makes up the tool call's id"
        return "a tool call without an id" if not after[0] else f"the tool call's id is {_quoted(after[0])}"
    if before[1] != after[1]:
        return "a tool call without a name" if not after[1] else f"the tool's name is {_quoted(after[1])}"
    if isinstance(after[2], str) and after[2].startswith("invalid: "):
        return "the call is handed over as invalid"
    return "the arguments are silently `{}`" if after[2] == {} else "the arguments are others"


def _finish(usual: Any, given: Any) -> str:
    if not given or (isinstance(given, list) and None in given):
        return "no finish reason"
    return f"finish reason {_quoted(given)}{'' if usual else ' is made up'}"


def _usage(_: Any, given: Any) -> str:
    return "the usage is another" if given else "the usage is lost"


def _role(_: Any, given: Any) -> str:
    return f"role {_quoted(given)}" if given else "no role"


def _quoted(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return f"`{text[:_LONGEST]}`"


_CHANGES: dict[str, Callable[[Any, Any], str]] = {
    "text": _text("text"),
    "reasoning": _text("reasoning"),
    "calls": _calls,
    "finish": _finish,
    "usage": _usage,
    "role": _role,
}
