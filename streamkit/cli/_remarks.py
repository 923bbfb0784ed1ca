"""Remarks on a stream, apart from its content: how it ended, what was repaired, what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from streamkit.model.exchange import Damage, Exchange, Repair
from streamkit.model.stream import Stream

_SHOWN = 5
_IN_THE_LOG = " of the original log"

_ENDINGS = {
    "not-a-stream": "the body is not an event stream",
    "error": "the stream reports an error",
    "malformed": "content is lost: some events cannot be decoded",
    "truncated": "the stream's terminal event is missing",
}


def name_of(stream: Stream) -> str:
    """Return the stream's name in messages: its file, with the number of the exchange unless it is the first."""
    return stream.file if stream.number == 1 else f"{stream.file}#{stream.number}"


def name_of_exchange(exchange: Exchange) -> str:
    """Return the same for an exchange that is not decoded."""
    origin = exchange.origin
    return origin.path if origin.number == 1 else f"{origin.path}#{origin.number}"


def remarks(stream: Stream) -> list[str]:
    """One line each: how the stream ended unless it is complete, then repairs and damage, grouped by kind."""
    name = name_of(stream)
    lines = []
    if stream.verdict != "complete":
        lines.append(f"{name}: {stream.verdict}: {_ending(stream)}")
    if stream.excerpt:
        lines.append(f"{name}: an excerpt: the log leaves out parts of the stream, so they are missing here too")
    exchange = stream.exchange
    imported = exchange.imported
    if imported is not None:
        lines += _grouped(stream.file, imported.repairs, _IN_THE_LOG if imported.stored else "")
    return lines + _grouped(stream.file, exchange.damage)


def detected(stream: Stream) -> str:
    """Return what the stream was detected as, and why."""
    dialect = f", dialect {stream.dialect}" if stream.dialect else ""
    return f"{name_of(stream)}: {stream.framing}, {stream.api}{dialect} ({stream.detected}), {stream.verdict}"


def _grouped(file: str, repairs: Sequence[Repair | Damage], whose: str = "") -> list[str]:
    """Return a line for each of the first few of a kind, and one for the rest. `whose` names the file whose lines are counted, if
    that is another one."""
    lines = []
    for kind, count in Counter(item.kind for item in repairs).items():
        items = [item for item in repairs if item.kind == kind]
        for item in items[:_SHOWN]:
            where = f"{file}: line {item.line}{whose}" if whose else f"{file}:{item.line}"
            lines.append(f"{where}: {kind}: {item.message}")
        if count > _SHOWN:
            more = ", ".join(str(item.line) for item in items[_SHOWN : _SHOWN + 20])
            more += ", …" if count > _SHOWN + 20 else ""
            lines.append(f"{file}: {kind}: {count - _SHOWN} more, lines {more}{whose}")
    return lines


def _ending(stream: Stream) -> str:
    if stream.verdict == "not-a-stream" and not stream.streamed:
        return "a plain response, not streamed"
    if stream.verdict == "error":
        errors = [
            delta.text for chunk in range(len(stream.chunks)) for delta in stream.deltas(chunk) if delta.kind == "error"
        ]
        return errors[0] if errors else _ENDINGS["error"]
    if stream.verdict == "malformed":
        broken = [broken for broken in stream.broken if not broken.recovered and broken.kind != "empty"]
        place = stream.place(event=broken[0].event)
        where = f"line {place.line}" if place.line else f"event {place.event}"
        return f"{len(broken)} of {len(stream.events)} events cannot be decoded, first at {where}: {broken[0].message}"
    return _ENDINGS[stream.verdict]
