"""A raw AI SDK data stream: lines of a code and a JSON value, as `curl -sN` prints the answer of a backend of `useChat`.

The body is kept byte for byte."""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.formats import Format, Source, cut_at, status_and_headers
from streamkit.model.exchange import Exchange, Import, Origin
from streamkit.patterns import pattern
from streamkit.wire.coded_lines import recognises

_LINE_END = pattern(rb"\n[\r\n]*")


def _recognises(head: bytes) -> bool:
    _, body, _ = status_and_headers(head)
    return recognises(body)


def _read(source: Source) -> Iterator[Exchange]:
    response, body, line = status_and_headers(source.all())
    yield Exchange(
        frames=cut_at(body, (match.end() for match in _LINE_END.finditer(body)), line),
        response=response,
        imported=Import("data-stream"),
        origin=Origin(source.path, 1, line if response is None else 1),
    )


DATA_STREAM = Format(
    name="data-stream",
    title="AI SDK data stream",
    order=590,
    recognises=_recognises,
    read=_read,
)
