"""The output of `curl -w` after a body: the times of the transfer, as lines (`time_total: 0.61`) or as `%{json}`.

It contains only the times of the response's first and last byte, in seconds since curl started; the frames have no times.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from streamkit.model.exchange import End, Response
from streamkit.patterns import pattern

# How much of the end of a body is looked at: the JSON has some fifty fields, certificates perhaps among them.
_TAIL = 16_384
_LINE = pattern(
    rb"[ \t]*(time_[a-z]+|http_code|response_code|size_download|speed_download)[ \t]*[:=][ \t]*([0-9.]+) ?s?[ \t]*"
)
_JSON = pattern(rb'\{[^\r\n]*"time_starttransfer":[^\r\n]*\}')
_MOST_S = 1e9


class Phases(NamedTuple):
    """The body without curl's output, and the content of that output: the connection time (ns), the response and the end."""

    body: bytes
    connected_at: int | None
    response: Response | None
    end: End


def phases(body: bytes, response: Response | None) -> Phases | None:
    """Return the phases at the end of a body, or None if there are none."""
    tail = body[-_TAIL:]
    lines = tail.splitlines(keepends=True)
    found: dict[str, Any] = {}
    taken = 0
    for line in reversed(lines):
        plain = line.strip(b"\r\n")
        fields = _fields(plain)
        if fields is None and plain.strip():
            break
        found = {**(fields or {}), **found}
        taken += len(line)
    total, first = _ns(found.get("time_total")), _ns(found.get("time_starttransfer"))
    if total is None or (first is not None and first > total):
        return None
    status = found.get("http_code") or found.get("response_code")
    if response is not None:
        response = Response(first, response.status, response.http, response.headers)
    elif isinstance(status, str | int) and str(status).isdecimal() and 100 <= int(status) <= 999:
        kind = found.get("content_type")
        response = Response(first, int(status), headers=(("content-type", kind),) if isinstance(kind, str) else ())
    # Blank lines before them are the stream's own: an event ends with one.
    kept = body[: len(body) - taken]
    kept = body[: len(kept) + _blank(body[len(kept) :])]
    return Phases(kept, _ns(found.get("time_connect")), response, End(at=total, reason="eof"))


def _blank(tail: bytes) -> int:
    """Return the number of bytes of line ends at the beginning."""
    return len(tail) - len(tail.lstrip(b"\r\n"))


def is_write_out(line: bytes) -> bool:
    """Return whether a line is output of `curl -w`."""
    return _fields(line) is not None


def _fields(line: bytes) -> Mapping[str, Any] | None:
    match = _LINE.fullmatch(line)
    if match is not None:
        return {match[1].decode(): match[2].decode()}
    if _JSON.fullmatch(line.strip()) is None:
        return None
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return fields if isinstance(fields, dict) else None


def _ns(value: Any) -> int | None:
    """Convert curl's seconds to nanoseconds; None if there is no time (curl prints 0 for a phase that was not reached)."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return round(seconds * 1e9) if 0 < seconds < _MOST_S else None
