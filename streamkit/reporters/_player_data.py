"""What the page of the player embeds of each stream: columns, compressed, so that 100,000 chunks take a few megabytes.

`_player/decode.js` reads it. Numbers that grow are stored as differences. Times are microseconds. Text of a stream is in
Base64 of compressed data, and can neither end the script element nor become markup.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from streamkit.model.finding import Finding
from streamkit.model.stream import Stream
from streamkit.model.timeline import Moment, added, timeline_with_sent
from streamkit.reporters._reporter import PageStream
from streamkit.reporters._strict_json import dumps_fast
from streamkit.wire.values import Event

_DELTA_LETTERS = {
    "text": "t", "reasoning": "r", "refusal": "f", "tool": "c", "audio": "a", "citation": "q", "role": "s", "finish": "e",
    "usage": "u", "error": "x", "other": "o",
}  # fmt: skip
_MEGABYTES = 1_000_000
MOST = 9 * _MEGABYTES
"""Characters that the streams of one page may take."""


def stream_data(shown: PageStream, room: int) -> dict[str, str] | None:
    """Return the data of one stream, in at most `room` characters; None if not even its beginning fits."""
    total = len(shown.stream.events) + len(shown.stream.events.asides) + len(shown.stream.exchange.sent)
    count = total
    while count or not total:
        data = _packed(shown, count, total - count)
        if sum(map(len, data.values())) <= room:
            return data
        if count <= 1:
            return None
        count //= 2
    return None


def _packed(shown: PageStream, count: int, left_out: int) -> dict[str, str]:
    moments = list(islice(timeline_with_sent(shown.stream), count))
    head = _head(shown, moments, left_out)
    size = (
        max((moment.item.end for moment in moments), default=0) if left_out else len(shown.stream.exchange.frames.body)
    )
    return {
        "head": _compressed(dumps_fast(head).encode()),
        "body": _compressed(shown.stream.exchange.frames.body[:size]),
    }


def _head(shown: PageStream, moments: Sequence[Moment], left_out: int) -> dict[str, Any]:
    stream = shown.stream
    items, extra = _items(stream, moments)
    last = max((moment.item.end for moment in moments), default=0)
    return {
        "name": stream.file if stream.number == 1 else f"{stream.file}#{stream.number}",
        "api": stream.api,
        "dialect": stream.dialect,
        "model": stream.model or "",
        "verdict": stream.verdict,
        "framing": stream.framing,
        "timed": any(moment.at is not None for moment in moments),
        "items": items,
        "items_left_out": left_out,
        "extra": extra,
        "names": _names(moments),
        "frames": _frames(stream, last if left_out else None),
        "deltas": _deltas(stream, moments),
        "findings": _findings(stream, shown.findings, moments),
        "stalls": [[stall["at_ns"] / 1e9, stall["gap_ns"] / 1e9] for stall in shown.row.get("stalls", ())],
    }


def _items(stream: Stream, moments: Sequence[Moment]) -> tuple[dict[str, Any], dict[int, str]]:
    """Return the columns of the items, and the data of those whose data is not one piece of the body."""
    body = stream.exchange.frames.body
    places, extra = [], {}
    for index, moment in enumerate(moments):
        item = moment.item
        position = body.find(item.data, item.start, item.end)
        if position < 0:
            extra[index] = item.data.decode("utf-8", "replace")
        places.append(max(position - item.start, 0))
    columns = {
        "kind": "".join(moment.kind[0] for moment in moments),
        "at": _differences(None if moment.at is None else moment.at // 1000 for moment in moments),
        "start": _differences(moment.item.start for moment in moments),
        "length": [moment.item.end - moment.item.start for moment in moments],
        "data": places,
        "size": [len(moment.item.data) for moment in moments],
    }
    return columns, extra


def _names(moments: Sequence[Moment]) -> dict[str, Any]:
    """Return the event types: a table, and the place of each item's in it. The default is empty."""
    names = [
        moment.item.name if isinstance(moment.item, Event) and moment.item.name != "message" else ""
        for moment in moments
    ]
    table = {name: index for index, name in enumerate(dict.fromkeys(names))}
    return {"table": list(table), "index": [table[name] for name in names]}


def _frames(stream: Stream, end: int | None) -> dict[str, Any]:
    frames = stream.exchange.frames
    count = len(frames) if end is None else next((n for n, stop in enumerate(frames.ends) if stop >= end), -1) + 1
    sizes = list(frames.sizes[:count])
    if end is not None and count:
        sizes[-1] -= frames.ends[count - 1] - end
    at = frames.at[:count] if stream.exchange.timed else [None] * count
    return {"size": sizes, "at": _differences(None if one is None else one // 1000 for one in at)}


def _deltas(stream: Stream, moments: Sequence[Moment]) -> dict[str, Any]:
    found = [(index, delta) for index, moment in enumerate(moments) for delta in added(stream, moment)]
    return {
        "item": [index for index, _ in found],
        "kind": "".join(_DELTA_LETTERS[delta.kind] for _, delta in found),
        "choice": [delta.choice for _, delta in found],
        "part": [delta.part for _, delta in found],
        "text": [delta.text for _, delta in found],
        "name": [delta.name or "" for _, delta in found],
    }


def _findings(stream: Stream, findings: Iterable[Finding], moments: Sequence[Moment]) -> list[dict[str, Any]]:
    item_of = {moment.event + 1: index for index, moment in enumerate(moments) if moment.event is not None}
    return [
        {
            "code": finding.code,
            "name": finding.name,
            "severity": finding.severity,
            "message": finding.message,
            "count": finding.count,
            "item": _item_of(finding, item_of, moments),
        }
        for finding in findings
    ]


def _item_of(finding: Finding, item_of: Mapping[int, int], moments: Sequence[Moment]) -> int | None:
    """Return the item at which a finding is, or None if it has no position among those shown."""
    if finding.place.event is not None:
        return item_of.get(finding.place.event)
    byte = finding.place.byte
    if byte is None:
        return None
    return next((index for index, moment in enumerate(moments) if moment.item.start <= byte < moment.item.end), None)


def _differences(values: Iterable[int | None]) -> list[int | None]:
    """Return each value less the one before it; None stays None."""
    last, changes = 0, list[int | None]()
    for value in values:
        changes.append(None if value is None else value - last)
        last = last if value is None else value
    return changes


def _compressed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode()
