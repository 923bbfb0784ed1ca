"""Lint what the calls of a test received, or an answer at hand: bytes, a response of an HTTP library, or a URL to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from streamkit.apis import interpret
from streamkit.errors import UsageError
from streamkit.formats import read
from streamkit.model.exchange import Body, End, Exchange, Frame, Frames, Origin, Request, Response
from streamkit.model.finding import Finding
from streamkit.model.step import Finish, HalfChunk, Hang, Head, Step, Write
from streamkit.model.stream import Stream
from streamkit.reporters import REPORTERS, LintReport
from streamkit.rules import RULES, Manuals, Rule, lint
from streamkit.service.recorded_answer import RecordedAnswer


class Findings(list[Finding]):
    """Findings, and the text that `streamkit lint` prints of them."""

    def __init__(self, findings: Iterable[Finding] = (), text: str = "") -> None:
        super().__init__(findings)
        self.text = text


def lint_exchanges(
    exchanges: Iterable[Exchange], rules: Sequence[Rule] | None = None, *, fail_on: str = "error"
) -> Findings:
    """The findings of these exchanges, by these rules, or else by those that are enabled by default.

    Plain responses to requests that do not ask for a stream are skipped. `fail_on` is mentioned in the text.
    """
    chosen = [rule for rule in RULES.values() if rule.default] if rules is None else rules
    streams = [interpret(exchange, judge=True) for exchange in exchanges]
    judged = [stream for stream in streams if not stream.plain_answer]
    found = [finding for stream in judged for finding in lint(stream, chosen)]
    broken = [rule for rule in RULES.values() if rule.code in {finding.code for finding in found}]
    report = LintReport(
        findings=found,
        streams=[_row(stream) for stream in judged],
        manuals=Manuals({rule.code: rule.docstring for rule in broken}),
        severities={rule.code: rule.severity for rule in broken},
        fail_on=fail_on,
        plain_responses=len(streams) - len(judged),
    )
    reporter = REPORTERS["text"].findings
    assert reporter is not None
    return Findings(found, str(reporter(report)).rstrip("\n"))


def _row(stream: Stream) -> dict[str, Any]:
    return {
        "file": stream.file,
        "exchange": stream.number,
        "api": stream.api,
        "dialect": stream.dialect or None,
        "verdict": stream.verdict,
        "unchecked": list(stream.unchecked),
    }


def received(number: int, request: Request, recording: RecordedAnswer, steps: Sequence[Step]) -> Exchange:
    """Return what the client of request `number` received: these steps of a recording, after faults.

    It has no times: recordings are often played without their pauses. It keeps the recording's URL, which distinguishes dialects.
    """
    recorded = recording.exchange.request
    request = replace(request, url=recorded.url, headers=recorded.headers) if recorded is not None else request
    heads = [step for step in steps if isinstance(step, Head)]
    frames = [Frame(step.data) for step in steps if isinstance(step, Write | HalfChunk)]
    return Exchange(
        frames=Frames.of(frames),
        request=request,
        response=Response(None, heads[0].status, headers=heads[0].headers) if heads else None,
        end=End(at=None, reason=_reason(steps[-1])),
        origin=Origin(f"request {number}, answered from {recording.name}"),
    )


def _reason(last: Step) -> str:
    if isinstance(last, Finish):
        return "eof"
    return "idle_timeout" if isinstance(last, Hang) else "reset"


def exchange_of(
    source: Any, *, json: Any = None, method: str | None = None, headers: Mapping[str, str] | None = None
) -> list[Exchange]:
    """The exchanges in `source`.

    That is bytes (in any format that streamkit reads); a URL, which is requested, with `json` as the body; or a response of
    httpx, requests, urllib, a test client of Starlette or Flask, or anything else with a status, headers and a body.

    Raises UsageError for anything else, UnreadableInput for bytes that are not a stream.
    """
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        from streamkit.service.calls import record

        return [replace(record(source, json=json, method=method, headers=headers), origin=Origin(source))]
    if json is not None or method is not None or headers is not None:
        raise UsageError("json, method and headers are for a URL; this answer is at hand already")
    if isinstance(source, bytes | bytearray | memoryview):
        found = read(bytes(source))
        return [replace(exchange, origin=replace(exchange.origin, path="the bytes")) for exchange in found]
    return [_from_response(source)]


def _from_response(source: Any) -> Exchange:
    numbers = (getattr(source, name, None) for name in ("status_code", "status"))
    status = next((number for number in numbers if isinstance(number, int)), None)
    headers = getattr(source, "headers", None)
    if status is None or headers is None:
        raise UsageError(f"expected a URL, bytes or a response, not {type(source).__name__}")
    body = _body(source)
    # Libraries have decoded the body already.
    pairs = tuple((str(name), str(value)) for name, value in headers.items() if name.lower() != "content-encoding")
    request = _request(source)
    return Exchange(
        frames=Frames.of([Frame(body)] if body else []),
        request=request,
        response=Response(None, status, headers=pairs),
        end=End(at=None, reason="eof"),
        origin=Origin("response" if request is None else request.url),
    )


def _body(source: Any) -> bytes:
    """The body of a response, which is read if it has not been. Raises UsageError if only a coroutine could do that."""
    for name in ("content", "data", "read"):
        try:
            value = getattr(source, name, None)
            value = value() if name == "read" and callable(value) else value
        except RuntimeError:  # httpx: it has not been read, or only a coroutine can do so
            continue
        if isinstance(value, bytes):
            return value
        if name == "read" and value is not None and hasattr(value, "close"):
            value.close()  # a coroutine, which would warn that nobody awaited it
    raise UsageError("the body of the response has not been read: await it first, or pass its bytes")


def _request(source: Any) -> Request | None:
    """The request that the response answers, where the library keeps it."""
    try:
        request = source.request
    except (AttributeError, RuntimeError):  # httpx raises RuntimeError where there is none
        return None
    method, url = getattr(request, "method", None), getattr(request, "url", None)
    if not isinstance(method, str) or url is None:
        return None
    body = getattr(request, "content", None) if hasattr(request, "content") else getattr(request, "body", None)
    body = body.encode() if isinstance(body, str) else body
    headers = tuple((str(name), str(value)) for name, value in getattr(request, "headers", {}).items())
    kept = tuple((name, value) for name, value in headers if name.lower() in ("accept", "content-type"))
    return Request(method, str(url), kept, Body.of(body) if isinstance(body, bytes) and body else None)
