"""What cases expect of the calls of tools. Each function here returns an `Expectation`."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.model.message import Part
from streamkit.probes._expect import calls_of, lacking
from streamkit.probes._probe import Answer, Expectation, Flaw, each


def calls_tool(name: str, *arguments: str, least: int = 1, declined: str = "") -> Expectation:
    """The answer calls this tool, at least `least` times, with a JSON object as arguments that has these fields.

    With `declined`, an answer without a call is a deviation with that reason: nothing forced the model to call.
    """

    def check(answer: Answer) -> str | Flaw | None:
        calls = [call for call in calls_of(answer) if call.name == name]
        if len(calls) < least:
            others = [call.name for call in calls_of(answer) if call.name != name]
            if others:
                return f"a call of {others[0]!r}, expected {name!r}"
            what = f"{len(calls)} calls of {name!r}, expected {least}" if calls else f"no call of {name!r}"
            return Flaw("deviates", f"{what}: {declined}") if declined else what
        return next(filter(None, (_wrong_arguments(call, arguments) for call in calls)), None)

    return each(check)


def _wrong_arguments(call: Part, names: Sequence[str]) -> str | None:
    return lacking(call.text, names, "the arguments are", "the arguments lack")


def uses_result() -> Expectation:
    """The answer to the result of a call is text. A model may call again, which is a deviation."""

    def check(answer: Answer) -> str | Flaw | None:
        if answer.message.text.strip():
            return None
        if answer.message.tool_calls:
            return Flaw("deviates", f"the model called {answer.message.tool_calls[0].name!r} again")
        return "the answer has no text"

    return each(check)


def calls_have_ids() -> Expectation:
    """Every call has an id of its own."""

    def check(answer: Answer) -> str | None:
        ids = [call.id for call in calls_of(answer)]
        if not all(ids):
            return "a tool call without an id"
        return None if len(set(ids)) == len(ids) else f"two tool calls with the id {ids[0]!r}"

    return each(check)


def calls_nothing() -> Expectation:
    """The answer calls no tool."""

    def check(answer: Answer) -> str | None:
        calls = calls_of(answer)
        return f"a call of {calls[0].name!r}, although tools were turned off" if calls else None

    return each(check)
