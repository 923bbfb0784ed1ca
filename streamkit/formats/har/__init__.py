"""HAR 1.2: what browsers and proxies export.

Entries that are not API responses (pages, scripts, images) are skipped and counted. A browser stores the events of an
`EventSource` in `_eventSourceMessages`, each with a time: if there are as many as events in the body, these are the times of
the exchange. The phases (`timings`) give the times when the response began and ended.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import orjson

from streamkit.formats import Format, Joined, Source, framed, parse_document, rfc3339, stamp
from streamkit.formats._http import content_type_of, decoded_body, header_pairs, of_decoded_body, reason_phrase, version
from streamkit.formats._lost import ending, unanswered
from streamkit.model.exchange import Body, End, Exchange, Frames, Headers, Import, Origin, Repair, Request, Response

_MOST_MS = 1e12
_NOT_KNOWN = "1970-01-01T00:00:00.000000Z"
_STREAMS = ("event-stream", "json", "ndjson", "eventstream", "octet-stream", "text/plain")


def _recognises(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return start[:1] == b"{" and b'"log"' in start[:200] and (b'"entries"' in head or b'"creator"' in head)


def _read(source: Source) -> Iterator[Exchange]:
    document = parse_document(source.all(), source.path)
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    number = skipped = 0
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or not _is_answer(entry):
            skipped += 1
            continue
        number += 1
        notes = _skipped(skipped) if skipped else ()
        skipped = 0
        yield _exchange(entry, Origin(source.path, number), notes)


def _skipped(count: int) -> tuple[Repair, ...]:
    return (Repair(1, "skipped", f"{count} entr{'ies' if count > 1 else 'y'} before this one, not an API's"),)


def _is_answer(entry: dict[str, Any]) -> bool:
    """Return whether an entry may be an API's answer: by its content type, else by a request that posts JSON."""
    request, response = _part(entry, "request"), _part(entry, "response")
    if request.get("method") in ("OPTIONS", "HEAD", "CONNECT"):
        return False
    if entry.get("_eventSourceMessages"):
        return True
    kind = _part(response, "content").get("mimeType")
    kind = kind.lower() if isinstance(kind, str) else ""
    if any(word in kind for word in _STREAMS):
        return True
    posted = _part(request, "postData").get("mimeType")
    return isinstance(posted, str) and "json" in posted


def _exchange(entry: dict[str, Any], origin: Origin, notes: tuple[Repair, ...]) -> Exchange:
    from streamkit.formats.har.events import event_messages, with_event_times

    request, response = _part(entry, "request"), _part(entry, "response")
    headers = header_pairs(response.get("headers"))
    body, trouble = _body(response, headers)
    messages = event_messages(entry)
    frames = framed(body, _content_type(response, headers))
    if not body and messages:
        frames = Frames([one.data for one in messages], [None] * len(messages), [None] * len(messages))
    begun = stamp(entry["startedDateTime"]) if isinstance(entry.get("startedDateTime"), str) else None
    times = with_event_times(frames, messages, begun.ns if begun else None)
    headed, ended = _phases(_part(entry, "timings"))
    if times and headed is not None and headed > min((at for at in times.at if at is not None), default=headed):
        headed = None  # the browser's clocks disagree
    status = response.get("status")
    if trouble:
        notes = (*notes, Repair(1, "unusable", trouble))
    return Exchange(
        frames=times or frames,
        request=_request(request),
        response=_response(response, status, headers, headed) if isinstance(status, int) and status > 0 else None,
        end=_end(response, ended),
        clock="log" if times or ended is not None else "none",
        sent_at=0 if ended is not None else None,
        recorded_at=rfc3339(begun.ns) if begun and begun.zoned and begun.ns else None,
        imported=Import("har", repairs=notes, framed=bool(body)),
        origin=origin,
    )


def _phases(timings: dict[str, Any]) -> tuple[int | None, int | None]:
    """When the response began and when it ended (ns since the entry began); None if the phases do not contain it. A phase
    that is not applicable is -1, and all of them are 0 if nobody measured."""
    known = {name: value for name, value in timings.items() if isinstance(value, int | float) and 0 <= value < _MOST_MS}
    if not {"wait", "receive"} <= known.keys():
        return None, None
    # `ssl` is a part of `connect`.
    headed = sum(known.get(name, 0) for name in ("blocked", "dns", "connect", "send", "wait"))
    if headed + known["receive"] <= 0:
        return None, None
    return round(headed * 1e6), round((headed + known["receive"]) * 1e6)


def _response(response: dict[str, Any], status: int, headers: Headers, at: int | None) -> Response:
    kind = _content_type(response, headers)
    if kind and not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("content-type", kind))
    return Response(at, status, version(response.get("httpVersion")), headers)


def _content_type(response: dict[str, Any], headers: Headers) -> str | None:
    named = next((value for name, value in headers if name.lower() == "content-type"), None)
    kind = _part(response, "content").get("mimeType")
    return named or (kind if isinstance(kind, str) and kind != "x-unknown" else None)


def _body(response: dict[str, Any], headers: Headers) -> tuple[bytes, str]:
    content = _part(response, "content")
    text = content.get("text")
    if not isinstance(text, str):
        return b"", ""
    if content.get("encoding") == "base64":
        try:
            return decoded_body(base64.b64decode(text, validate=False), headers)
        except (binascii.Error, ValueError) as error:
            return b"", f"the body is not valid base64 ({error})"
    return text.encode("utf-8", "surrogatepass"), ""


def _request(request: dict[str, Any]) -> Request | None:
    url = request.get("url")
    if not isinstance(url, str):
        return None
    text = _part(request, "postData").get("text")
    body = Body.of(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) and text else None
    return Request(str(request.get("method", "GET")), url, header_pairs(request.get("headers")), body)


def _end(response: dict[str, Any], at: int | None) -> End | None:
    """Return how and when it ended, as far as the browser recorded it."""
    error = response.get("_error")
    if not isinstance(error, str) or not error:
        return None if at is None else End(at=at, reason="eof")
    return End(at=at, reason="refused" if "REFUSED" in error else "reset", error=error)


def _part(value: dict[str, Any], name: str) -> dict[str, Any]:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


_HEAD = b'{"log":{"version":"1.2","creator":{"name":"streamkit","version":"1"},"entries":[\n'


def _written(exchange: Exchange) -> bytes:
    if exchange.response is None and not exchange.frames:
        return b""
    return orjson.dumps(_entry(exchange))


def _entry(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request or Request("GET", "https://not-recorded.invalid/")
    response = exchange.response or Response(None, 200)
    begun = stamp(exchange.recorded_at) if exchange.recorded_at else None
    last = max((at for at in exchange.frames.at if at is not None), default=0)
    first = response.at or 0
    entry: dict[str, Any] = {
        "startedDateTime": exchange.recorded_at or _NOT_KNOWN,
        "time": last / 1e6,
        "request": _request_entry(request),
        "response": _response_entry(exchange, response),
        "cache": {},
        "timings": {"send": 0, "wait": first / 1e6, "receive": max(last - first, 0) / 1e6},
    }
    if exchange.timed and begun is not None:
        from streamkit.formats.har.events import messages_of

        entry["_eventSourceMessages"] = list(messages_of(exchange, begun.ns))
    return entry


def _request_entry(request: Request) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _named(request.headers),
        "queryString": [],
        "headersSize": -1,
        "bodySize": -1,
    }
    if request.body is not None:
        kind = next((value for name, value in request.headers if name.lower() == "content-type"), "application/json")
        entry["postData"] = {"mimeType": kind, "text": request.body.bytes.decode("utf-8", "replace")}
    return entry


def _response_entry(exchange: Exchange, response: Response) -> dict[str, Any]:
    body = exchange.frames.body
    content: dict[str, Any] = {"size": len(body), "mimeType": content_type_of(exchange)}
    try:
        content["text"] = body.decode("utf-8")
    except UnicodeDecodeError:
        content["text"] = base64.b64encode(body).decode("ascii")
        content["encoding"] = "base64"
    entry: dict[str, Any] = {
        "status": response.status,
        "statusText": reason_phrase(response.status),
        "httpVersion": f"HTTP/{response.http}",
        "cookies": [],
        "headers": _named(of_decoded_body(response.headers)),
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(body),
    }
    if exchange.end is not None and exchange.end.reason != "eof":
        entry["_error"] = exchange.end.error or exchange.end.reason
    return entry


def _named(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _loses(exchange: Exchange) -> list[str]:
    lost = unanswered(exchange)
    if exchange.timed and exchange.recorded_at is None:
        lost.append("arrival times: when it began is not known, and a HAR counts from there")
    elif exchange.timed:
        lost.append("the time of each frame: a HAR has one for each event, in microseconds")
    if exchange.request is not None and exchange.request.body is not None and exchange.request.body.form == "base64":
        lost.append("the bytes of the request body")
    return lost + [f"in part: {one}" for one in ending(exchange) if exchange.end and not exchange.end.error]


HAR = Format(
    name="har",
    title="HAR",
    order=300,
    recognises=_recognises,
    read=_read,
    write=Joined(_written, head=_HEAD, between=b",\n", tail=b"\n]}}\n"),
    loses=_loses,
)
