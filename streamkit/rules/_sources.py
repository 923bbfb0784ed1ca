"""Sources of sightings that were found elsewhere: by an API's tables, the decoder, or the reader of a file.

Each takes a stream and a rule's name, and yields a sighting for everything found under that name.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules._broken import cause, message
from streamkit.rules._rule import Sighting


def misfits(stream: Stream, name: str) -> Iterator[Sighting]:
    """Yield what does not have the shape in the API's table."""
    for misfit in stream.misfits:
        if misfit.problem == name:
            yield Sighting(misfit.message, chunk=misfit.chunk, path=misfit.path, severity=misfit.severity)


def missteps(stream: Stream, name: str) -> Iterator[Sighting]:
    """Yield what the API's grammar does not allow."""
    for step in stream.missteps:
        if step.kind == name:
            last = len(stream.chunks) - 1 if stream.chunks else None
            chunk = last if step.chunk is None else step.chunk
            yield Sighting(step.message, chunk=chunk, path=step.path, severity=step.severity)


def broken(stream: Stream, name: str) -> Iterator[Sighting]:
    """Yield events whose data is not a JSON object; each is reported by exactly one rule."""
    for event in stream.broken:
        if cause(stream, event) == name:
            yield Sighting(message(stream, event), event=event.event)


def damage(stream: Stream, name: str) -> Iterator[Sighting]:
    """Yield what is wrong with the lines of a recording."""
    for hurt in stream.exchange.damage:
        if hurt.kind == name:
            yield Sighting(hurt.message, line=hurt.line)


def repairs(stream: Stream, name: str) -> Iterator[Sighting]:
    """Yield the repairs that were needed to read a log.

    A recording converted from a log keeps the line numbers of that log: the sighting is on the line of the recording that begins
    the exchange, and the message names the log's line.
    """
    imported = stream.exchange.imported
    for repair in imported.repairs if imported else ():
        if repair.kind == name:
            if imported and imported.stored:
                message = f"line {repair.line} of the original log: {repair.message}"
                yield Sighting(message, line=stream.exchange.origin.line)
            else:
                yield Sighting(repair.message, line=repair.line)
