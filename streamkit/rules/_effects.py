"""Descriptions of the outcomes of the client measurements: `raises TypeError`, `the text is lost`.

Outcomes have the format of `clients.json`. `{}` means no effect; with `raises`, `breaks` and `hangs` the program stops; `loses` and
`sent` contain the fields in which the result differs from that of the same stream without the defect: `loses` because of the
client, `sent` because the stream itself has these values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_LONGEST = 60


def effect(outcome: dict[str, Any], truncated: bool, passed_on: bool) -> str:
    """Return what a client does, as a phrase that follows its name; "" if it does no harm.

    `truncated` is whether the stream is truncated. With `passed_on`, fields under `sent` count as harm too.
    """
    if "raises" in outcome:
        kind, message = outcome["raises"]
        return f"raises {kind}: {message}" if _is_worth_telling(message) else f"raises {kind}"
    if "breaks" in outcome:
        return f"returns a value that raises {outcome['breaks'][0]} when read"
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
    """Return the effect of a truncated stream without an error: the finish reason shows it, or nothing does."""
    if "finish" not in fields:
        return "no error: the truncated answer looks complete"
    usual, given = fields["finish"]
    if given and not usual:
        return f"no error: the truncated answer looks complete, finish reason {_quoted(given)} is made up"
    return f"no error, {_finish(usual, given)}"


def _is_worth_telling(message: str) -> bool:
    """Return whether a message is probably the same for every such stream: without numbers, and not shortened."""
    return bool(message) and len(message) <= _LONGEST and not any(char.isdigit() for char in message)


def _text(what: str) -> Callable[[Any, Any], str]:
    def change(usual: Any, given: Any) -> str:
        if not given:
            return f"the {what} is lost"
        if len(given) > len(usual):
            return f"{what} is added"
        return f"{what} is missing" if len(given) < len(usual) else f"the {what} differs"

    return change


def _calls(usual: Any, given: Any) -> str:
    if not given:
        return "the tool calls are lost"
    if isinstance(usual, str) or isinstance(given, str) or len(given) == len(usual):
        return _changed_call(usual, given)
    return "a tool call is lost" if len(given) < len(usual) else "there is an extra tool call"


def _changed_call(usual: Any, given: Any) -> str:
    if isinstance(usual, str) or isinstance(given, str):
        return "the tool calls differ"
    before, after = next(pair for pair in zip(usual, given, strict=True) if pair[0] != pair[1])
    if before[0] != after[0]:
        if after[0] == "(made up)":
            return "makes up the tool call's id"
        return "a tool call without an id" if not after[0] else f"the tool call's id is {_quoted(after[0])}"
    if before[1] != after[1]:
        return "a tool call without a name" if not after[1] else f"the tool's name is {_quoted(after[1])}"
    if isinstance(after[2], str) and after[2].startswith("invalid: "):
        return "the call is marked as invalid"
    return "the arguments are silently `{}`" if after[2] == {} else "the arguments differ"


def _finish(usual: Any, given: Any) -> str:
    if not given or (isinstance(given, list) and None in given):
        return "no finish reason"
    return f"finish reason {_quoted(given)}{'' if usual else ' is made up'}"


def _usage(_: Any, given: Any) -> str:
    return "the usage differs" if given else "the usage is lost"


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
