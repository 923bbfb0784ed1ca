"""Where a rule's sightings come from, when others have found them: an API's tables, the decoder, the reader of a file.

Each takes a stream and a rule's name, and gives a sighting for each thing of that name.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules._broken import cause, message
from streamkit.rules._rule import Sighting


def misfits(stream: Stream, name: str) -> Iterator[Sighting]:
    """What does not have the shape that the API's table gives."""
    for misfit in stream.misfits:
        if misfit.problem == name:
            yield Sighting(misfit.message, chunk=misfit.chunk, path=misfit.path, severity=misfit.severity)


def missteps(stream: Stream, name: str) -> Iterator[Sighting]:
    """What the API's table of lawful order does not allow."""
    for step in stream.missteps:
        if step.kind == name:
            last = len(stream.chunks) - 1 if stream.chunks else None
            chunk = last if step.chunk is None else step.chunk
            yield Sighting(step.message, chunk=chunk, path=step.path, severity=step.severity)


def broken(stream: Stream, name: str) -> Iterator[Sighting]:
    """Events whose data is not a JSON object; each is one rule's."""
    for event in stream.broken:
        if cause(stream, event) == name:
            yield Sighting(message(stream, event), event=event.event)


def damage(stream: Stream, name: str) -> Iterator[Sighting]:
    """What is wrong with the lines of a recording."""
    for hurt in stream.exchange.damage:
        if hurt.kind == name:
            yield Sighting(hurt.message, line=hurt.line)


def repairs(stream: Stream, name: str) -> Iterator[Sighting]:
    """What was mended to read a log.

    A recording that was made from a log keeps the lines of that log: the sighting lies where the recording tells it, on the
    line that begins the exchange, and the message names the log's line.
    """
    imported = stream.exchange.imported
    for repair in imported.repairs if imported else ():
        if repair.kind == name:
            if imported and imported.stored:
                message = f"line {repair.line} of the log that this was made from: {repair.message}"
                yield Sighting(message, line=stream.exchange.origin.line)
            else:
                yield Sighting(repair.message, line=repair.line)
