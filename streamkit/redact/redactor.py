"""Remove secrets from recorded data before it is written.

Requests and headers are redacted as a whole: header values by an allowlist, fields by name, known shapes anywhere. A response
body is redacted while it arrives: each byte of a secret is overwritten in place, so the number of frames, their sizes and the
JSON around the secret do not change. A frame is held back only while its end, or the end of a text that is being joined from
deltas, could begin a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from streamkit.model.exchange import Body, Exchange, Frames, Redaction, Request, Response
from streamkit.redact._aws_eventstream import EventStreamRedactor, body_redactor
from streamkit.redact._headers import is_secret_name, redact_request_headers, redact_response_headers, redact_url
from streamkit.redact._prefilter import MIN_SECRET
from streamkit.redact._secrets import DEFAULT, MARK, NO_REDACTION, Policy, find_secrets
from streamkit.redact._unescape import unescape
from streamkit.redact.body import BodyRedactor

__all__ = [
    "DEFAULT",
    "MARK",
    "NO_REDACTION",
    "BodyRedactor",
    "EventStreamRedactor",
    "Policy",
    "body_redactor",
    "find_secrets",
    "redact_exchange",
    "redact_labels",
    "redact_message",
    "redact_request",
    "redact_response",
    "redact_text",
    "redact_url",
]


def redact_text(text: str, policy: Policy = DEFAULT) -> tuple[str, list[str]]:
    """Replace every secret in a text, JSON-escaped or not, with `[redacted]`; return the text and the rules that matched."""
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) < MIN_SECRET and not policy.patterns:
        return text, []
    known = unescape(raw, 0)
    found = find_secrets(known.text, policy)
    if not found:
        return text, []
    pieces, position = [], 0
    for secret in found:
        pieces.append(raw[position : known.starts[secret.start]])
        position = known.ends[secret.end - 1]
    pieces.append(raw[position:])
    return MARK.encode().join(pieces).decode("utf-8", "surrogatepass"), [secret.rule for secret in found]


def redact_labels(labels: Mapping[str, str], policy: Policy = DEFAULT) -> tuple[dict[str, str], tuple[Redaction, ...]]:
    """Redact the values of labels; return the labels and what was redacted."""
    redactions: list[Redaction] = []
    done = _redact_value("labels", dict(labels), policy, redactions) if policy.enabled else dict(labels)
    return done, tuple(redactions)


def redact_request(request: Request, policy: Policy = DEFAULT) -> tuple[Request, tuple[Redaction, ...]]:
    """Redact the URL, headers and body of a request; return the request and what was redacted."""
    if not policy.enabled:
        return request, ()
    redactions: list[Redaction] = []
    url, headers = request.url, request.headers
    if policy.default:
        url = redact_url(url, redactions)
        headers = redact_request_headers(headers, redactions)
    url = _redact_text("request.url", url, policy, redactions)
    headers = tuple(
        (name, _redact_text(f"request.headers.{name.lower()}", value, policy, redactions)) for name, value in headers
    )
    body = None if request.body is None else _redact_body(request.body, policy, redactions)
    return Request(request.method, url, headers, body), tuple(redactions)


def redact_response(response: Response, policy: Policy = DEFAULT) -> Response:
    """Redact the headers of a response; what was redacted is added to its `redacted`."""
    if not policy.enabled:
        return response
    redactions: list[Redaction] = []
    headers = redact_response_headers(response.headers, redactions) if policy.default else response.headers
    headers = tuple(
        (name, _redact_text(f"response.headers.{name.lower()}", value, policy, redactions)) for name, value in headers
    )
    return replace(response, headers=headers, redacted=response.redacted + tuple(redactions))


def redact_message(data: bytes, policy: Policy = DEFAULT) -> tuple[bytes, tuple[Redaction, ...]]:
    """Redact a message that the client of a WebSocket sent, like the body of a request; return it and what was redacted."""
    if not policy.enabled:
        return data, ()
    redactions: list[Redaction] = []
    body = _redact_body(Body.of(data), policy, redactions)
    cuts = tuple(Redaction("sent" + cut.at.removeprefix("request.body"), cut.rule) for cut in redactions)
    return (body.bytes if cuts else data), cuts


def redact_exchange(exchange: Exchange, policy: Policy = DEFAULT) -> Exchange:
    """Redact a whole exchange: the result is what recording it with this policy would have stored."""
    request, redactions = (None, ()) if exchange.request is None else redact_request(exchange.request, policy)
    response = None if exchange.response is None else redact_response(exchange.response, policy)
    labels, label_cuts = redact_labels(exchange.labels, policy)
    redactor = body_redactor(policy, exchange.content_type, b"".join(exchange.frames.data[:1]))
    kept: list[bytes] = []
    clears = redactor.clears
    for frame in exchange.frames.data:
        if clears(frame):
            kept.append(frame)
        else:
            kept += [data for data, _ in redactor.feed(frame, None)]
    kept += [data for data, _ in redactor.close()]
    messages = [redact_message(message.data, policy) for message in exchange.sent]
    sent_cuts = tuple(cut for _, cuts in messages for cut in cuts)
    end = exchange.end
    if end is not None:
        end = replace(
            end, redacted=end.redacted + redactor.redacted + sent_cuts, error=_redact_error(end.error, policy)
        )
    frames = Frames(kept, exchange.frames.at, exchange.frames.lines, exchange.frames.verbatim)
    return replace(
        exchange,
        request=request,
        response=response,
        frames=frames,
        end=end,
        labels=labels,
        redacted=exchange.redacted + redactions + label_cuts,
        sent=tuple(replace(message, data=data) for message, (data, _) in zip(exchange.sent, messages, strict=True)),
    )


def _redact_error(error: str | None, policy: Policy) -> str | None:
    return None if error is None else redact_text(error, policy)[0]


def _redact_text(at: str, text: str, policy: Policy, redactions: list[Redaction]) -> str:
    text, rules = redact_text(text, policy)
    redactions += [Redaction(at, rule) for rule in rules]
    return text


def _redact_body(body: Body, policy: Policy, redactions: list[Redaction]) -> Body:
    if body.form == "json":
        return Body("json", _redact_value("request.body", body.value, policy, redactions))
    if body.form == "text":
        return Body("text", _redact_text("request.body", body.value, policy, redactions))
    text = bytes(body.value).decode("latin-1")
    return Body("base64", _redact_text("request.body", text, policy, redactions).encode("latin-1"))


def _redact_value(at: str, value: Any, policy: Policy, redactions: list[Redaction]) -> Any:
    """Redact the strings in a JSON value; the value of a field with a secret name is replaced completely."""
    if isinstance(value, str):
        return _redact_text(at, value, policy, redactions)
    if isinstance(value, list):
        return [_redact_value(f"{at}[{index}]", item, policy, redactions) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    done: dict[str, Any] = {}
    for key, item in value.items():
        name = _redact_text(at, key, policy, redactions)
        if policy.default and isinstance(item, str) and item not in ("", MARK) and is_secret_name(key):
            redactions.append(Redaction(f"{at}.{name}", "field-name"))
            done[name] = MARK
        else:
            done[name] = _redact_value(f"{at}.{name}", item, policy, redactions)
    return done
