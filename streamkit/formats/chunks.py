"""Bare chunks, one per line: the payloads of an event stream without the stream around them (`*.chunks.txt`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from streamkit.formats import HEAD, Format, Source, parse_object
from streamkit.formats._lost import around
from streamkit.formats._payloads import identity, role
from streamkit.formats._source import TOO_LONG
from streamkit.model.exchange import Exchange
from streamkit.model.recording import LongLine
from streamkit.wire.framing import AWS, choose

if TYPE_CHECKING:
    from streamkit.formats._drafts import Draft

_DONE = b"[DONE]"
_SAMPLE = 50


def _recognises(head: bytes) -> bool:
    lines = [line.strip() for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    if len(head) >= HEAD and len(lines) > 1:
        lines.pop()  # perhaps cut by the end of the head
    filled = [line for line in lines if line]
    if not filled or not all(line == _DONE or (line[:1] == b"{" and line[-1:] == b"}") for line in filled):
        return False
    documents = [parse_object(line) for line in filled[:_SAMPLE] if line != _DONE]
    return None not in documents and any(role(document) == "chunk" for document in documents)


def _read(source: Source) -> Iterator[Exchange]:
    from streamkit.formats._drafts import Draft

    draft: Draft | None = None
    number = 0
    for line_number, line in enumerate(source.lines(cut=True), 1):
        if isinstance(line, LongLine):
            draft = draft or Draft(line_number, format="chunks")
            draft.note(line_number, "unusable", f"a line {TOO_LONG}, which is skipped")
            continue
        payload = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not payload:
            continue
        document = parse_object(payload)
        if draft is not None and document is not None and _starts_anew(draft, document):
            number += 1
            yield draft.finished(source.path, number)
            draft = None
        draft = draft or Draft(line_number, format="chunks")
        _take(draft, payload, document, line_number)
    if draft is not None:
        yield draft.finished(source.path, number + 1)


def _take(draft: Draft, payload: bytes, document: dict[str, Any] | None, line: int) -> None:
    text = payload.decode("utf-8", "surrogateescape")
    if document is not None:
        draft.take_chunk(document, text, line)
        return
    draft.add(text, line, None, bare=True)
    draft.terminated = draft.terminated or payload == _DONE
    if payload != _DONE:
        draft.note(line, "unusable", "not a JSON object; kept unchanged")


def _starts_anew(draft: Draft, document: dict[str, Any]) -> bool:
    mine, other = draft.identity, identity(document)
    if mine is None:
        return draft.terminated
    if draft.terminated or (other.begins and draft.chunks):
        return True
    return bool(draft.closed and mine.id and other.id and mine.id != other.id)


def _write(exchanges: Iterable[Exchange]) -> Iterator[bytes]:
    for exchange in exchanges:
        for payload in _payloads(exchange):
            chunk = parse_object(payload)
            if chunk is not None:
                yield (payload if b"\n" not in payload and b"\r" not in payload else orjson.dumps(chunk)) + b"\n"


def _payloads(exchange: Exchange) -> Sequence[bytes]:
    body = exchange.frames.body
    framing = choose(exchange.content_type, body[:4096])
    events = framing.decode(body)
    if framing is not AWS:
        return events.data
    # The type of an AWS message is only in its headers: its SDKs show an event as `{name: payload}`.
    return [
        b"{" + orjson.dumps(name) + b":" + payload + b"}" if (name := events.name(number)) else payload
        for number, payload in enumerate(events.data)
    ]


def _loses(exchange: Exchange) -> list[str]:
    body = exchange.frames.body
    events = choose(exchange.content_type, body[:4096]).decode(body)
    lost = ["the framing: names, ids, comments, and how the body was cut into frames"]
    done = events.data.count(_DONE)
    broken = sum(1 for payload in events.data if payload != _DONE and parse_object(payload) is None)
    if done:
        lost.append("the end mark [DONE]")
    if broken:
        lost.append(f"{broken} event{'s' if broken > 1 else ''} whose data is not a JSON object")
    return lost + around(exchange)


CHUNKS = Format(
    name="chunks",
    title="bare chunks, one a line",
    order=620,
    recognises=_recognises,
    read=_read,
    write=_write,
    loses=_loses,
    many=False,
    suffixes=(".txt",),
)
