"""What a reader of a stream should know besides its content: how it ended, what was repaired, what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from streamkit.model.exchange import Damage, Exchange, Repair
from streamkit.model.stream import Stream

_SHOWN = 5
_OF_THE_LOG = " of the log that it was made from"

_ENDINGS = {
    "not-a-stream": "the body is no event stream",
    "error": "the stream itself says that it failed",
    "malformed": "content is lost: some events cannot be decoded",
    "truncated": "the stream's terminal event is missing",
}


def name_of(stream: Stream) -> str:
    """The stream's name in talk: its file, with the number of the exchange where it is not the first."""
    return stream.file if stream.number == 1 else f"{stream.file}#{stream.number}"


def name_of_exchange(exchange: Exchange) -> str:
    """The same of an exchange that is not decoded."""
    origin = exchange.origin
    return origin.path if origin.number == 1 else f"{origin.path}#{origin.number}"


def remarks(stream: Stream) -> list[str]:
    """One line each: how the stream ended unless it is complete, then repairs and damage, those of a kind gathered."""
    name = name_of(stream)
    found = []
    if stream.verdict != "complete":
        found.append(f"{name}: {stream.verdict}: {_ending(stream)}")
    if stream.excerpt:
        found.append(f"{name}: an excerpt: the log leaves parts of the stream out, so they are missing here too")
    exchange = stream.exchange
    imported = exchange.imported
    if imported is not None:
        found += _gathered(stream.file, imported.repairs, _OF_THE_LOG if imported.stored else "")
    return found + _gathered(stream.file, exchange.damage)


def detected(stream: Stream) -> str:
    """What the stream was taken for, and what showed it."""
    dialect = f", dialect {stream.dialect}" if stream.dialect else ""
    return f"{name_of(stream)}: {stream.framing}, {stream.api}{dialect} ({stream.detected}), {stream.verdict}"


def _gathered(file: str, message: Sequence[Repair | Damage], whose: str = "") -> list[str]:
    """A line each for the first few of a kind, and one for the rest. `whose` lines they count, where not the file's own."""
    found = []
    for kind, count in Counter(one.kind for one in message).items():
        ours = [one for one in message if one.kind == kind]
        for one in ours[:_SHOWN]:
            place = f"{file}: line {one.line}{whose}" if whose else f"{file}:{one.line}"
            found.append(f"{place}: {kind}: {one.message}")
        if count > _SHOWN:
            more = ", ".join(str(one.line) for one in ours[_SHOWN : _SHOWN + 20])
            more += ", …" if count > _SHOWN + 20 else ""
            found.append(f"{file}: {kind}: {count - _SHOWN} more, lines {more}{whose}")
    return found


def _ending(stream: Stream) -> str:
    if stream.verdict == "not-a-stream" and not stream.streamed:
        return "a plain answer, not streamed"
    if stream.verdict == "error":
        message = [
            delta.text for chunk in range(len(stream.chunks)) for delta in stream.deltas(chunk) if delta.kind == "error"
        ]
        return message[0] if message else _ENDINGS["error"]
    if stream.verdict == "malformed":
        broken = [broken for broken in stream.broken if not broken.recovered and broken.kind != "empty"]
        place = stream.place(event=broken[0].event)
        where = f"line {place.line}" if place.line else f"event {place.event}"
        return f"{len(broken)} of {len(stream.events)} events cannot be decoded, first at {where}: {broken[0].message}"
    return _ENDINGS[stream.verdict]
