"""What cases expect of refusals: the status and the error object. Each function here returns an `Expectation`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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


def error_fields(expected: Mapping[str, type]) -> Expectation:
    """The error object of a refusal has these fields, as the SDKs of its API read them."""

    def check(answer: Answer) -> str | Flaw | None:
        if answer.status is None or answer.status < 400 or answer.refusal is None:
            return None
        for path, kind in expected.items():
            if not isinstance(at(answer.json, path), kind):
                return Flaw("deviates", f"the error object has no {path}")
        return None

    return each(check)


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
