"""A pasted log: chunks among prose, fences, log prefixes and ellipses. Every repair is reported."""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.formats import Format, Source, unknown_format
from streamkit.model.exchange import Exchange
from streamkit.patterns import pattern

_CONTROL = pattern(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def _recognises(head: bytes) -> bool:
    return bool(head.strip()) and len(_CONTROL.findall(head)) * 200 <= len(head)


def _read(source: Source) -> Iterator[Exchange]:
    # Imported only when a log is read: the reader has many modules, and this one is loaded for every input.
    from streamkit.formats.gist_log.lines import Lines
    from streamkit.formats.gist_log.reader import LogReader

    reader = LogReader(source.path, Lines(source.lines(cut=True)))
    yield from reader.exchanges()
    if not reader.number:
        raise unknown_format(source.path)


GIST_LOG = Format(
    name="gist-log",
    title="log with chunks in it (a gist, a terminal, a server's log)",
    order=900,
    recognises=_recognises,
    read=_read,
)
