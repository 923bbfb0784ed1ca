"""VCR cassettes: of vcrpy and pytest-recording (YAML or JSON), and of Ruby's VCR.

Bodies are decoded: gzip, deflate, base64, `!!binary`. A cassette has no times within an answer. Cassettes are written as
vcrpy's YAML, which vcrpy replays.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from streamkit.formats import Format, Joined, Source, framed, parse_document, rfc3339, stamp
from streamkit.formats._http import content_type_of, decoded_body, of_decoded_body, reason_phrase, version
from streamkit.formats._lost import ending, unanswered
from streamkit.model.exchange import Body, Exchange, Headers, Import, Origin, Repair, Request, Response, header
from streamkit.patterns import pattern

_YAML = pattern(rb"^(?:http_)?interactions:[ \t]*(?:$|\[|&|#)", re.MULTILINE)
_JSON = pattern(rb'"(?:http_)?interactions"\s*:\s*\[')
_MOST_HEADERS = 1000
_MOST_VALUES = 1_000_000
# What YAML does not take as it is between double quotes, beyond what JSON escapes.
_NOT_IN_YAML = pattern("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def _recognises(head: bytes) -> bool:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _JSON.search(head) is not None and b'"request"' in head
    return _YAML.search(head) is not None and (b"request:" in head or b"recorded_with:" in head or b"[]" in head)


def _read(source: Source) -> Iterator[Exchange]:
    number = 0
    for interaction, line in _interactions(source):
        if isinstance(interaction, dict):
            number += 1
            yield _exchange(interaction, Origin(source.path, number, line))


def _interactions(source: Source) -> Iterator[tuple[Any, int | None]]:
    if not source.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        from streamkit.formats.cassette.yaml_text import interactions

        yield from interactions(source)
        return
    document = parse_document(source.all(), source.path)
    for name in ("interactions", "http_interactions"):
        found = document.get(name) if isinstance(document, dict) else None
        for interaction in found if isinstance(found, list) else ():
            yield interaction, None


def _exchange(interaction: dict[str, Any], origin: Origin) -> Exchange:
    request, response = interaction.get("request"), interaction.get("response")
    response = response if isinstance(response, dict) else {}
    headers = _headers(response.get("headers"))
    body, trouble = decoded_body(_body(response, "body", "content"), headers)
    recorded = interaction.get("recorded_at")
    begun = stamp(recorded) if isinstance(recorded, str) else None
    notes = (Repair(origin.line or 1, "unusable", trouble),) if trouble else ()
    return Exchange(
        frames=framed(body, header(headers, "content-type")),
        request=_request(request) if isinstance(request, dict) else None,
        response=_response(response, headers),
        recorded_at=rfc3339(begun.ns) if begun and begun.zoned else None,
        imported=Import("vcr", repairs=notes),
        origin=origin,
    )


def _request(request: dict[str, Any]) -> Request | None:
    url = request.get("uri", request.get("url"))
    if not isinstance(url, str):
        return None
    body = _body(request, "body")
    method = request.get("method")
    name = method.upper() if isinstance(method, str) else "GET"
    return Request(name, url, _headers(request.get("headers")), Body.of(body) if body else None)


def _response(response: dict[str, Any], headers: Headers) -> Response | None:
    status = response.get("status", response.get("status_code"))
    code = status.get("code") if isinstance(status, dict) else status
    try:
        number = int(code) if isinstance(code, str | int) else 0
    except ValueError:
        return None
    return Response(None, number, version(response.get("http_version")), headers) if 0 < number < 1000 else None


def _body(message: dict[str, Any], *names: str) -> bytes:
    """Return the body under the first of these names that is there, or the JSON value of `parsed_body`, as pydantic-ai's cassettes
    keep what was JSON (the same value; whitespace is not kept)."""
    for name in names:
        if name in message:
            return _bytes(message[name])
    if "parsed_body" not in message or not _is_small(message["parsed_body"]):
        return b""
    try:
        return json.dumps(message["parsed_body"], ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
    except (ValueError, TypeError, RecursionError):  # YAML can contain itself, and keys that are not text
        return b""


def _is_small(value: Any) -> bool:
    """Return whether a value holds no more than a million others, so that aliases of aliases are not written out."""
    waiting, left = [value], _MOST_VALUES
    while waiting and left > 0:
        one = waiting.pop()
        inner = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else ()
        waiting.extend(inner)
        left -= len(inner)
    return left > 0


def _bytes(body: Any) -> bytes:
    """Return a body in any of the forms of cassettes: text, bytes, `{string}`, `{base64_string}`, a printed BytesIO."""
    if isinstance(body, dict):
        if isinstance(body.get("base64_string"), str):
            try:
                return base64.b64decode(body["base64_string"], validate=False)
            except (binascii.Error, ValueError):
                return b""
        state = body.get("state")
        body = body.get("string", state[0] if isinstance(state, list) and state else None)
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return body if isinstance(body, bytes) else b""


def _headers(headers: Any) -> Headers:
    """Return headers from a mapping of a name to a value or to several."""
    pairs: list[tuple[str, str]] = []
    for name, values in islice(headers.items(), _MOST_HEADERS) if isinstance(headers, dict) else ():
        for value in islice(values, _MOST_HEADERS) if isinstance(values, list) else (values,):
            if isinstance(name, str) and isinstance(value, str | bytes | int):
                pairs.append((name, value.decode("latin-1") if isinstance(value, bytes) else str(value)))
        if len(pairs) > _MOST_HEADERS:
            break
    return tuple(pairs)


def _written(exchange: Exchange) -> bytes:
    if exchange.response is None and not exchange.frames:
        return b""
    return _interaction(exchange).encode("utf-8")


def _interaction(exchange: Exchange) -> str:
    request = exchange.request or Request("GET", "https://not-recorded.invalid/")
    response = exchange.response or Response(None, 200, headers=(("content-type", content_type_of(exchange)),))
    return "".join(
        (
            "- request:\n",
            f"    body: {_scalar(request.body.bytes) if request.body is not None else 'null'}\n",
            f"    headers:{_mapping(request.headers)}\n",
            f"    method: {_scalar(request.method.encode())}\n",
            f"    uri: {_scalar(request.url.encode('utf-8', 'surrogatepass'))}\n",
            "  response:\n",
            "    body:\n",
            f"      string: {_scalar(exchange.frames.body)}\n",
            f"    headers:{_mapping(of_decoded_body(response.headers))}\n",
            "    status:\n",
            f"      code: {response.status}\n",
            f"      message: {_scalar(reason_phrase(response.status).encode())}\n",
        )
    )


def _mapping(headers: Headers) -> str:
    if not headers:
        return " {}"
    lines: dict[str, list[str]] = {}
    for name, value in headers:
        lines.setdefault(name.lower(), [name]).append(value)
    return "".join(
        f"\n      {_scalar(name.encode('utf-8', 'surrogatepass'))}:"
        + "".join(f"\n      - {_scalar(value.encode('utf-8', 'surrogatepass'))}" for value in values)
        for name, *values in lines.values()
    )


def _scalar(data: bytes) -> str:
    """Return text between double quotes; anything else as base64."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return f'!!binary "{base64.b64encode(data).decode("ascii")}"'
    return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def _loses(exchange: Exchange) -> list[str]:
    lost = unanswered(exchange)
    if exchange.timed:
        lost.append("arrival times")
    lost.append("how the body was cut into frames")
    if exchange.response and of_decoded_body(exchange.response.headers) != exchange.response.headers:
        lost.append("headers about the body's coding and length, because it is stored decoded")
    return lost + ending(exchange)


CASSETTE = Format(
    name="vcr",
    title="VCR cassette",
    order=320,
    recognises=_recognises,
    read=_read,
    write=Joined(_written, head=b"interactions:\n", tail=b"version: 1\n"),
    loses=_loses,
    suffixes=(".yaml", ".yml"),
)
