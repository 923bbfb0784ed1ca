"""Cuts secrets out of what is recorded, before it reaches the disk.

Requests and headers are known whole: header values by an allow-list, values of telling names, known shapes anywhere. A
body is cut while it arrives: a cut overwrites the secret's bytes one for one, so that the number of frames, their sizes
and the JSON around it stay as they were. A frame waits only while its end, or the end of a text that is being put
together from deltas, could begin a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from streamkit.model.exchange import Body, Exchange, Frames, Redaction, Request, Response
from streamkit.redact._headers import cut_request_headers, cut_response_headers, cut_url, telling
from streamkit.redact._normal import normal
from streamkit.redact._sealed import SealedRedactor, body_redactor
from streamkit.redact._secrets import DEFAULT, MARK, NOTHING, Policy, secrets
from streamkit.redact.body import BodyRedactor

__all__ = [
    "DEFAULT",
    "MARK",
    "NOTHING",
    "BodyRedactor",
    "Policy",
    "SealedRedactor",
    "body_redactor",
    "cut_url",
    "redact_exchange",
    "redact_labels",
    "redact_request",
    "redact_response",
    "redact_text",
    "secrets",
]


def redact_text(text: str, policy: Policy = DEFAULT) -> tuple[str, list[str]]:
    """The text with `[redacted]` for every secret, escaped ones too, and the rules that cut."""
    known = normal(text.encode("utf-8", "surrogatepass"), 0)
    found = secrets(known.text, policy)
    if not found:
        return text, []
    raw = text.encode("utf-8", "surrogatepass")
    pieces, position = [], 0
    for secret in found:
        pieces.append(raw[position : known.starts[secret.start]])
        position = known.ends[secret.end - 1]
    pieces.append(raw[position:])
    return MARK.encode().join(pieces).decode("utf-8", "surrogatepass"), [secret.rule for secret in found]


def redact_labels(labels: Mapping[str, str], policy: Policy = DEFAULT) -> tuple[dict[str, str], tuple[Redaction, ...]]:
    """The labels with their secrets cut, and the cuts."""
    cuts: list[Redaction] = []
    done = _cut_value("labels", dict(labels), policy, cuts) if policy.cuts else dict(labels)
    return done, tuple(cuts)


def redact_request(request: Request, policy: Policy = DEFAULT) -> tuple[Request, tuple[Redaction, ...]]:
    """The request with its secrets cut, and the cuts."""
    if not policy.cuts:
        return request, ()
    cuts: list[Redaction] = []
    url, headers = request.url, request.headers
    if policy.default:
        url = cut_url(url, cuts)
        headers = cut_request_headers(headers, cuts)
    url = _cut("request.url", url, policy, cuts)
    headers = tuple((name, _cut(f"request.headers.{name.lower()}", value, policy, cuts)) for name, value in headers)
    body = None if request.body is None else _cut_body(request.body, policy, cuts)
    return Request(request.method, url, headers, body), tuple(cuts)


def redact_response(response: Response, policy: Policy = DEFAULT) -> Response:
    """The status line and headers with their secrets cut; the cuts are listed on it."""
    if not policy.cuts:
        return response
    cuts: list[Redaction] = []
    headers = cut_response_headers(response.headers, cuts) if policy.default else response.headers
    headers = tuple((name, _cut(f"response.headers.{name.lower()}", value, policy, cuts)) for name, value in headers)
    return replace(response, headers=headers, redacted=response.redacted + tuple(cuts))


def redact_exchange(exchange: Exchange, policy: Policy = DEFAULT) -> Exchange:
    """A whole exchange with its secrets cut: what recording it with this policy would have stored."""
    request, cuts = (None, ()) if exchange.request is None else redact_request(exchange.request, policy)
    response = None if exchange.response is None else redact_response(exchange.response, policy)
    redactor = body_redactor(policy, exchange.content_type, b"".join(exchange.frames.data[:1]))
    kept = [data for frame in exchange.frames.data for data, _ in redactor.feed(frame, None)]
    kept += [data for data, _ in redactor.close()]
    end = exchange.end
    if end is not None:
        end = replace(end, redacted=end.redacted + redactor.redacted, error=_cut_error(end.error, policy))
    frames = Frames(kept, exchange.frames.at, exchange.frames.lines, exchange.frames.verbatim)
    return replace(
        exchange, request=request, response=response, frames=frames, end=end, redacted=exchange.redacted + cuts
    )


def _cut_error(error: str | None, policy: Policy) -> str | None:
    return None if error is None else redact_text(error, policy)[0]


def _cut(at: str, text: str, policy: Policy, cuts: list[Redaction]) -> str:
    text, rules = redact_text(text, policy)
    cuts += [Redaction(at, rule) for rule in rules]
    return text


def _cut_body(body: Body, policy: Policy, cuts: list[Redaction]) -> Body:
    if body.form == "json":
        return Body("json", _cut_value("request.body", body.value, policy, cuts))
    if body.form == "text":
        return Body("text", _cut("request.body", body.value, policy, cuts))
    text = bytes(body.value).decode("latin-1")
    return Body("base64", _cut("request.body", text, policy, cuts).encode("latin-1"))


def _cut_value(at: str, value: Any, policy: Policy, cuts: list[Redaction]) -> Any:
    """A JSON value with its secrets cut; strings that are values of a telling name go whole."""
    if isinstance(value, str):
        return _cut(at, value, policy, cuts)
    if isinstance(value, list):
        return [_cut_value(f"{at}[{index}]", item, policy, cuts) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    done: dict[str, Any] = {}
    for key, item in value.items():
        name = _cut(at, key, policy, cuts)
        if policy.default and isinstance(item, str) and item not in ("", MARK) and telling(key):
            cuts.append(Redaction(f"{at}.{name}", "field-name"))
            done[name] = MARK
        else:
            done[name] = _cut_value(f"{at}.{name}", item, policy, cuts)
    return done
