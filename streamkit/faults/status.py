"""The answer is an HTTP error instead of the stream."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from streamkit.faults import Argument, Fault, Given, whole
from streamkit.model.step import Finish, Head, Step, Write

_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    529: "overloaded_error",
}


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Answer with an error in a format that OpenAI's and Anthropic's clients accept, at the time of the recorded response."""
    code = given["code"]
    kind = _KINDS.get(code, "api_error" if code >= 500 else "invalid_request_error")
    error = {"type": kind, "message": given["message"] or f"injected: {code}", "code": kind, "param": None}
    body = orjson.dumps({"type": "error", "error": error})
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if given["retry-after"] is not None:
        headers.append(("Retry-After", str(given["retry-after"])))
    at = steps[0].at
    return [Head(at, code, tuple(headers)), Write(at, body), Finish(at)]


def _read(text: str) -> int:
    if not text.isdecimal() or not 400 <= int(text) <= 599:
        raise ValueError("an HTTP error, 400 to 599")
    return int(text)


FAULT = Fault(
    "status",
    "the answer is an HTTP error instead of the stream",
    apply,
    (
        Argument("code", _read, "the status: 429, 500, 529", 500),
        Argument("retry-after", whole(), "the Retry-After header, in seconds"),
        Argument("message", str, "the message of the error"),
    ),
    "status:code=429,retry-after=1,times=2",
)
