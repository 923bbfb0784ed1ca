"""A raw event stream: what `curl -sN` prints, with or without the status line and headers of `curl -i`.

The output of `-w` after it (`time_starttransfer: …`, `%{json}`) gives the times when the response began and ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import orjson

from streamkit.formats import HEAD, Format, Source, block_frames, status_and_headers
from streamkit.formats._foreign import is_payload, mostly_sound
from streamkit.formats._lost import around
from streamkit.formats._write_out import is_write_out
from streamkit.formats._write_out import phases as curl_phases
from streamkit.model.exchange import Exchange, Import, Origin
from streamkit.patterns import pattern
from streamkit.wire.framing import SSE, choose

# A line that the standard defines, or a field with another name without spaces and quotes.
_FIELD = pattern(rb"(?:data|event|id|retry|[A-Za-z][A-Za-z0-9_-]*)?:[^\r\n]*|(?:data|event|id|retry)")
_KNOWN = pattern(rb"(?:data|event|id|retry)?:|(?:data|event|id|retry)\Z")
_LINE_END = pattern(rb"\r\n|\n|\r")
# Where the words of `curl -w` can stand.
_TAIL = 16_384
_DATA = pattern(rb"data:? ?(.*)", re.DOTALL)


def _recognises(head: bytes) -> bool:
    response, body, _ = status_and_headers(head)
    if response is not None and not re.search(rb"^\W*data:", body, re.MULTILINE):
        return True  # a raw response that is not a stream: `lint` reports it
    lines = _LINE_END.split(body.removeprefix(b"\xef\xbb\xbf"))
    if len(head) >= HEAD and len(lines) > 1:
        lines.pop()  # perhaps cut by the end of the head
    filled = [line for line in lines if line and not (b"time_" in line and is_write_out(line))]
    # A space before a field is the stream's own fault; before every field it is the indentation of a paste.
    plain = [line.removeprefix(b" ") for line in filled]
    if not filled or not (_KNOWN.match(plain[0]) or (response is not None and is_payload(plain[0]))):
        return False
    known = sum(1 for line in filled if _KNOWN.match(line))
    named = known * 2 > len(filled) and all(map(_FIELD.fullmatch, plain))
    if not named and not mostly_sound(lines):
        return False
    return not any(map(_edited, lines[:-1]))


def _edited(line: bytes) -> bool:
    """Return whether a person or a word processor edited this line: curly quotes around keys, or dots instead of omitted text."""
    match = _DATA.fullmatch(line)
    if match is None or match[1][:1] != b"{":
        return False
    if match[1].startswith("{“".encode()):
        return True
    if b"..." not in match[1] and "…".encode() not in match[1]:
        return False
    try:
        orjson.loads(match[1])
    except orjson.JSONDecodeError:
        from streamkit.formats._repair import repair

        repaired = repair(match[1].decode("utf-8", "replace"))
        return repaired is None or bool(repaired.elided)
    return False


def _read(source: Source) -> Iterator[Exchange]:
    response, body, line = status_and_headers(source.all())
    phases = curl_phases(body, response) if b"time_" in body[-_TAIL:] else None
    if phases is not None:
        body, response = phases.body, phases.response
    frames = block_frames(body, line)
    del body  # it would stay in memory while the stream is processed, in addition to the frames with the same bytes
    yield Exchange(
        frames=frames,
        response=response,
        end=phases.end if phases else None,
        clock="log" if phases else "none",
        sent_at=0 if phases else None,
        connected_at=phases.connected_at if phases else None,
        imported=Import("event-stream"),
        origin=Origin(source.path, 1, line if response is None or line == 1 else 1),
    )


def _write(exchanges: Iterable[Exchange]) -> Iterator[bytes]:
    for exchange in exchanges:
        yield exchange.frames.body


def _loses(exchange: Exchange) -> list[str]:
    body = exchange.frames.body
    plain = choose(exchange.content_type, body[:4096]) is SSE
    return around(exchange) + ([] if plain else ["the form: the body is not an event stream and is written unchanged"])


EVENT_STREAM = Format(
    name="event-stream",
    short="sse",
    title="raw event stream (curl -sN, curl -i)",
    order=800,
    recognises=_recognises,
    read=_read,
    write=_write,
    loses=_loses,
    many=False,
    suffixes=(".sse",),
)
