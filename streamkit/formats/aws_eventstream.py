"""AWS event stream as received (`application/vnd.amazon.eventstream`): the binary framing in which Bedrock streams.

The body is kept byte for byte and split into one frame per message. Messages with a wrong checksum are kept too.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.formats import Format, Source, cut_at, status_and_headers
from streamkit.model.exchange import Exchange, Import, Origin
from streamkit.wire import aws_eventstream


def _recognises(head: bytes) -> bool:
    return aws_eventstream.recognises(status_and_headers(head)[1])


def _read(source: Source) -> Iterator[Exchange]:
    response, body, _ = status_and_headers(source.all())
    events = aws_eventstream.decode(body)
    yield Exchange(
        frames=cut_at(body, events.ends, None),
        response=response,
        imported=Import("aws-eventstream"),
        origin=Origin(source.path),
    )


AWS_EVENTSTREAM = Format(
    name="aws-eventstream",
    title="AWS event stream (Bedrock)",
    order=200,
    recognises=_recognises,
    read=_read,
)
