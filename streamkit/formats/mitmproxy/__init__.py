"""Flows that mitmproxy saved (`mitmdump -w`): tagged netstrings, one flow after another.

A flow has the times of the request, the response's headers and its end, but not of the pieces of the body.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.errors import UnreadableInput
from streamkit.formats import LARGEST_BODY, Format, Source, framed, rfc3339
from streamkit.formats._http import decoded_body, version
from streamkit.formats.mitmproxy.tnetstring import LONGEST_LENGTH, TornValueError, loads
from streamkit.model.exchange import Body, End, Exchange, Headers, Import, Origin, Repair, Request, Response, header
from streamkit.patterns import pattern

_SHOWN = 5
_FLOW = pattern(rb"[0-9]{2,10}:")


def _recognises(head: bytes) -> bool:
    return _FLOW.match(head) is not None and b"4:type" in head and b"4:http" in head


def _read(source: Source) -> Iterator[Exchange]:
    number = 0
    large: list[int] = []
    for flow in _flows(source):
        if flow is None:
            number += 1
            large.append(number)
            continue
        try:
            value = loads(flow)
        except TornValueError as error:
            raise UnreadableInput(source.path, f"flow {number + 1} of a mitmproxy file is damaged ({error})") from None
        if isinstance(value, dict) and value.get("type") == "http":
            number += 1
            yield _exchange(value, Origin(source.path, number))
    if large:
        which = ", ".join(map(str, large[:_SHOWN])) + (", …" if len(large) > _SHOWN else "")
        raise UnreadableInput(source.path, f"skipped flow {which}: larger than {LARGEST_BODY >> 20} MiB")


def _flows(source: Source) -> Iterator[bytes | None]:
    """Yield the bytes of each flow, separated by their lengths; None for one that is too large."""
    kept = bytearray()
    needed = 1
    skipped = 0  # bytes of a flow that are still to come
    for piece in source.pieces():
        kept += piece[skipped:]
        skipped = max(0, skipped - len(piece))
        while kept and len(kept) >= needed:
            colon = kept.find(b":", 0, LONGEST_LENGTH + 1)
            if not kept[: max(colon, 0)].isdigit():
                raise UnreadableInput(source.path, "expected a mitmproxy flow")
            needed = colon + 1 + int(kept[:colon]) + 1
            if needed > LARGEST_BODY:
                yield None
                skipped = max(0, needed - len(kept))
                del kept[:needed]
                needed = 1
                continue
            if len(kept) < needed:
                break
            yield bytes(kept[:needed])
            del kept[:needed]
            needed = 1
    if kept or skipped:
        raise UnreadableInput(source.path, "the last mitmproxy flow is truncated")


def _exchange(flow: dict[str, Any], origin: Origin) -> Exchange:
    request, response, error = flow.get("request"), flow.get("response"), flow.get("error")
    response = response if isinstance(response, dict) else {}
    headers = _headers(response.get("headers"))
    content = response.get("content")
    body, trouble = decoded_body(content if isinstance(content, bytes) else b"", headers)
    begun = request.get("timestamp_start") if isinstance(request, dict) else None
    status = response.get("status_code")
    message = error.get("msg") if isinstance(error, dict) else None
    if content is None and response:
        trouble = "mitmproxy passed the body on and did not keep it (store_streamed_bodies is off)"
    return Exchange(
        frames=framed(body, header(headers, "content-type")),
        request=_request(request) if isinstance(request, dict) else None,
        response=Response(None, status, version(_text(response.get("http_version"))), headers)
        if isinstance(status, int)
        else None,
        end=End(at=None, reason="reset" if response else "refused", error=message)
        if isinstance(message, str)
        else None,
        recorded_at=rfc3339(round(begun * 1_000_000) * 1000) if isinstance(begun, float) and 0 < begun < 1e11 else None,
        imported=Import("mitmproxy", repairs=(Repair(1, "unusable", trouble),) if trouble else ()),
        origin=origin,
    )


def _request(request: dict[str, Any]) -> Request:
    headers = _headers(request.get("headers"))
    host = _text(request.get("authority")) or header(headers, "host") or _host_and_port(request)
    content = request.get("content")
    return Request(
        _text(request.get("method")) or "GET",
        f"{_text(request.get('scheme')) or 'https'}://{host}{_text(request.get('path')) or '/'}",
        headers,
        Body.of(content) if isinstance(content, bytes) and content else None,
    )


def _host_and_port(request: dict[str, Any]) -> str:
    """Return the host, and the port unless it is the default of the scheme."""
    host, port = _text(request.get("host")), request.get("port")
    usual = 80 if _text(request.get("scheme")) == "http" else 443
    return host if port == usual or not isinstance(port, int) else f"{host}:{port}"


def _headers(headers: Any) -> Headers:
    if not isinstance(headers, list):
        return ()
    return tuple((_text(pair[0]), _text(pair[1])) for pair in headers if isinstance(pair, list) and len(pair) == 2)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


MITMPROXY = Format(
    name="mitmproxy",
    title="mitmproxy flows",
    order=220,
    recognises=_recognises,
    read=_read,
)
