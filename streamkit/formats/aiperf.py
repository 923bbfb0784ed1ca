"""AIPerf's raw export (`profile_export_raw.jsonl`): one request per line, with the time of every event.

Times are AIPerf's own (`perf_ns`), counted from the start of its request, so that metrics relative to the request hold.
All events of one read share a time. AIPerf keeps the fields of an event and not its bytes.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from streamkit.formats import Format, Source, parse_object, rfc3339
from streamkit.model.exchange import (
    Body,
    End,
    Exchange,
    Frame,
    Frames,
    Headers,
    Import,
    Origin,
    Repair,
    Request,
    Response,
)

_FIELDS = frozenset({"data", "event", "id", "retry"})


def _recognises(head: bytes) -> bool:
    line = head.partition(b"\n")[0]
    return line.startswith(b"{") and b'"start_perf_ns":' in head and b'"metadata":' in head


def _read(source: Source) -> Iterator[Exchange]:
    number = 0
    for line_number, line in enumerate(source.lines(), 1):
        if not line.strip():
            continue
        number += 1
        record = _record(line)
        origin = Origin(source.path, number, line_number)
        yield _exchange(record, origin) if record else _unreadable(origin)


def _record(line: bytes) -> dict[str, Any] | None:
    value = parse_object(line)
    return value if value is not None and isinstance(value.get("start_perf_ns"), int) else None


def _unreadable(origin: Origin) -> Exchange:
    trouble = Repair(origin.line or 1, "unusable", "not a record of a request")
    return Exchange(imported=Import("aiperf", excerpt=True, repairs=(trouble,), framed=False), origin=origin)


def _exchange(record: dict[str, Any], origin: Origin) -> Exchange:
    started = record["start_perf_ns"]
    responses = [one for one in _list(record.get("responses")) if isinstance(one, dict)]
    frames = [frame for one in responses if (frame := _frame(one, started, origin.line))]
    status, payload, metadata = record.get("status"), record.get("payload"), record.get("metadata")
    begun = metadata.get("request_start_ns") if isinstance(metadata, dict) else None
    headers = _headers(record.get("response_headers"))
    if not any(name.lower() == "content-type" for name, _ in headers):
        kind = next((one["content_type"] for one in responses if isinstance(one.get("content_type"), str)), None)
        headers = (*headers, ("content-type", kind or "text/event-stream")) if frames else headers
    return Exchange(
        frames=Frames.of(frames),
        request=Request(
            "POST", "", _headers(record.get("request_headers")), Body("json", payload) if payload else None
        ),
        response=Response(None, status, headers=headers) if isinstance(status, int) else None,
        end=_end(record.get("error")),
        clock="log",
        sent_at=0,
        recorded_at=rfc3339(begun) if isinstance(begun, int) and 0 < begun < 1 << 62 else None,
        imported=Import("aiperf", framed=False),
        origin=origin,
    )


def _frame(response: dict[str, Any], started: int, line: int | None) -> Frame | None:
    perf = response.get("perf_ns")
    at = perf - started if isinstance(perf, int) else None
    if isinstance(response.get("packets"), list):
        return Frame(_block(response["packets"]), at, line)
    text, raw = response.get("text"), response.get("raw_bytes")
    if isinstance(text, str):
        return Frame(text.encode("utf-8", "surrogatepass"), at, line)
    if isinstance(raw, str):
        try:
            return Frame(base64.b64decode(raw, validate=True), at, line)
        except (binascii.Error, ValueError):
            return Frame(raw.encode("utf-8", "surrogatepass"), at, line)
    return None


def _block(packets: list[Any]) -> bytes:
    """Return the lines of an event from its fields."""
    lines = []
    for packet in packets:
        name = packet.get("name") if isinstance(packet, dict) else None
        value = packet.get("value") if isinstance(packet, dict) else None
        text = value if isinstance(value, str) else ""
        if name == "comment":
            lines.append(f": {text}")
        elif isinstance(name, str) and name in _FIELDS:
            lines += [f"{name}: {part}" for part in text.split("\n")]
        elif isinstance(name, str):
            lines.append(f"{name}: {text}" if value is not None else name)
    return ("\n".join(lines) + "\n\n").encode("utf-8", "surrogatepass")


def _end(error: Any) -> End | None:
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return None
    kind = str(error.get("type") or "")
    return End(
        at=None,
        reason="timeout" if "imeout" in kind else "reset",
        error=f"{kind}: {error['message']}" if kind else error["message"],
    )


def _headers(headers: Any) -> Headers:
    if not isinstance(headers, dict):
        return ()
    return tuple((name, value) for name, value in headers.items() if isinstance(value, str))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


AIPERF = Format(
    name="aiperf",
    title="AIPerf raw export",
    order=400,
    recognises=_recognises,
    read=_read,
)
