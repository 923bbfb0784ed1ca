"""A recording: the project's own form, which holds everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from streamkit.errors import UnreadableInput
from streamkit.formats._format import Format
from streamkit.formats._source import LARGEST_BODY, Source
from streamkit.model import recording
from streamkit.model.exchange import Exchange

_FRAME_COSTS = 60  # bytes of memory that a frame takes beyond its line


def _read(source: Source) -> Iterator[Exchange]:
    return recording.read(_lines(source), path=source.path)


def _lines(source: Source) -> Iterator[bytes]:
    """The lines, as long as no exchange among them grows beyond what one may take in memory."""
    size = 0
    for number, line in enumerate(source.lines(), 1):
        if line.startswith(recording.START):
            size = 0
        size += len(line) + _FRAME_COSTS
        if size > 2 * LARGEST_BODY:
            raise UnreadableInput(source.path, f"an exchange larger than {2 * LARGEST_BODY >> 20} MiB", line=number)
        yield line


def _write(exchanges: Iterable[Exchange]) -> Iterator[bytes]:
    for exchange in exchanges:
        yield from recording.write(exchange)


RECORDING = Format(
    name="recording",
    title="recording",
    order=100,
    recognises=recording.recognises,
    read=_read,
    write=_write,
)
