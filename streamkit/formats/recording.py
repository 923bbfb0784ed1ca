"""A recording: the project's own format, which keeps everything."""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.formats import Format, Joined, Source
from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.model.limits import LARGEST_EXCHANGE


def _read(source: Source) -> Iterator[Exchange]:
    batches = source.blocks() if source.on_demand else source.batches(cut=True)
    return recording.read_batches(batches, path=source.path, largest=LARGEST_EXCHANGE, on_demand=source.on_demand)


def _entry(exchange: Exchange) -> bytes:
    return b"".join(recording.write(exchange))  # one system call for an exchange, which is in memory anyway


RECORDING = Format(
    name="recording",
    title="recording",
    order=100,
    recognises=recording.recognises,
    read=_read,
    write=Joined(_entry),
    suffixes=(".jsonl",),
    sent=True,
)
