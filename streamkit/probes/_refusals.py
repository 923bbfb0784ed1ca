"""What cases expect of refusals: the status and the error object. Each function here returns an `Expectation`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from streamkit.frozen import dataclass
from streamkit.model.wording import describe
from streamkit.probes._expect import at
from streamkit.probes._probe import Answer, Expectation, Flaw, each

WITHOUT_REASON = "programs that show the message of the error object, or decide by its type or code"
"""What breaks if a refusal has no error object."""

UNREPORTED = "programs whose mistakes are answered instead of reported"
"""What breaks if a request is answered that should be refused."""


def refuses(*statuses: int, lawful: Callable[[Answer], str | None] | None = None) -> Expectation:
    """The request is refused: with one of these statuses, in JSON, with a text that says why.

    `lawful` returns why an answer that is not a refusal is allowed; it is then a deviation, otherwise a failure.
    """

    def check(answer: Answer) -> str | Flaw | None:
        status = answer.status or 0
        if 200 <= status < 300:
            reason = lawful(answer) if lawful is not None else None
            if reason:
                return Flaw("deviates", reason)
            return Flaw("fail", f"status {status}, expected {_listed(statuses)}", breaks=(UNREPORTED,))
        if status >= 500:
            return f"status {status}, expected {_listed(statuses)}"
        if answer.refusal is None:
            return _without_reason(status)
        if status not in statuses:
            return Flaw("deviates", f"status {status}, expected {_listed(statuses)}")
        return None

    return each(check)


def _without_reason(status: int) -> Flaw:
    """The status is right, so that no client retries or takes it for an answer; but it says nothing to people."""
    return Flaw("fail", f"status {status} without an error object", breaks=(WITHOUT_REASON,))


def _listed(statuses: Sequence[int]) -> str:
    return " or ".join(map(str, statuses))


@dataclass(frozen=True, slots=True)
class _ErrorObject:
    """The fields of an API's error object with their types. Without those that are `needed`, some clients do not show the reason."""

    fields: tuple[tuple[str, type], ...]
    needed: tuple[str, ...]
    breaks: str


# Measured with openai-python 3.54, openai-node 7.57, anthropic 2.12, @anthropic-ai/sdk 1.12, langchain-openai 1.7, ollama 0.6,
# ollama-js 0.6, @google/genai 3.1 and the AI SDK 7.0. Those that are not named show the body.
_OPENAI = _ErrorObject(
    (("error", dict), ("error.message", str), ("error.type", str)),
    ("error", "error.message"),
    "openai-python, LangChain and the AI SDK, which then show the status alone",
)
_ANTHROPIC = _ErrorObject(
    (("error", dict), ("type", str), ("error.type", str), ("error.message", str)),
    ("type", "error", "error.type", "error.message"),
    "the AI SDK, which then shows the status alone",
)
_GEMINI = _ErrorObject(
    (("error", dict), ("error.code", int), ("error.message", str), ("error.status", str)),
    ("error", "error.code", "error.message", "error.status"),
    "the AI SDK, which then shows the status alone",
)
_OLLAMA = _ErrorObject(
    (("error", str),), ("error",), "ollama-js, which then shows `[object Object]`, or the status alone"
)
_ERROR_OBJECTS = {"anthropic_messages": _ANTHROPIC, "gemini": _GEMINI, "ollama": _OLLAMA}
_KINDS = {dict: "an object", int: "an integer", str: "a string"}


def error_object() -> Expectation:
    """The error object of a refusal has the fields that the SDKs of its API read."""

    def check(answer: Answer) -> Flaw | None:
        if answer.status is None or answer.status < 400 or answer.refusal is None:
            return None
        expected = _ERROR_OBJECTS.get(answer.ask.api, _OPENAI)
        for path, kind in expected.fields:
            value = at(answer.json, path)
            if not isinstance(value, kind):
                needed = path in expected.needed
                why = _misfit(path, value, kind)
                return Flaw("fail" if needed else "deviates", why, breaks=(expected.breaks,) if needed else None)
        return None

    return each(check)


def _misfit(path: str, value: Any, kind: type) -> str:
    if value is None:
        return "the reason is not in an error object" if path == "error" else f"the error object has no {path}"
    return f"{path} is {describe(value)}, expected {_KINDS[kind]}"


def never_fails() -> Expectation:
    """The server answers, or refuses with a reason; it does not fail."""

    def check(answer: Answer) -> str | Flaw | None:
        status = answer.status or 0
        if status >= 500 and status != 501:
            return f"status {status}, expected an answer or a refusal"
        if status >= 400 and answer.refusal is None:
            return _without_reason(status)
        return None

    return each(check)
