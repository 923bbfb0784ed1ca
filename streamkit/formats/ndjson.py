"""Raw NDJSON: one JSON object per line, as Ollama and older Cohere endpoints stream.

The body is kept byte for byte. Ollama's lines have a creation time (`created_at`): if every line has a different time, these
are the times of the exchange, with the clock `log`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from streamkit.formats import Format, Source, cut_at, parse_object, status_and_headers
from streamkit.formats._payloads import role
from streamkit.model.exchange import Exchange, Frames, Import, Origin

_LINE_END = re.compile(rb"\n[\r\n]*")


def _recognises(head: bytes) -> bool:
    response, body, _ = status_and_headers(head)
    if response is not None and "ndjson" in (response.header("content-type") or ""):
        return True
    first = parse_object(next((line for line in body.split(b"\n") if line.strip()), b"")) or {}
    # Other APIs stream their chunks as server-sent events: their bare chunks, one per line, are another format.
    return role(first) == "chunk" and any(isinstance(first.get(key), bool) for key in ("done", "is_finished"))


def _read(source: Source) -> Iterator[Exchange]:
    response, body, line = status_and_headers(source.all())
    frames = cut_at(body, (match.end() for match in _LINE_END.finditer(body)), line)
    exchange = Exchange(
        frames=frames,
        response=response,
        imported=Import("ndjson"),
        origin=Origin(source.path, 1, line if response is None else 1),
    )
    yield _timed(exchange, frames)


def _timed(exchange: Exchange, frames: Frames) -> Exchange:
    """Return the exchange with its lines' own times, where each line that has one has one that no other has."""
    from streamkit.formats import offsets, rfc3339, stamp

    made = [(parse_object(data) or {}).get("created_at") for data in frames.data]
    stamps = [stamp(time) if isinstance(time, str) else None for time in made]
    known = [one for one in stamps if one]
    times = offsets(stamps) if len({one.ns for one in known}) == len(known) else None
    if times is None:
        return exchange
    at = Frames(frames.data, times, frames.lines, frames.verbatim)
    return replace(exchange, frames=at, clock="log", recorded_at=rfc3339(known[0].ns) if known[0].zoned else None)


NDJSON = Format(
    name="ndjson",
    title="NDJSON (Ollama)",
    order=600,
    recognises=_recognises,
    read=_read,
)
