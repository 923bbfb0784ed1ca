"""The inverse of the decoder of event streams: the bytes of an event."""

from __future__ import annotations

from streamkit.wire.values import Event


def encode(event: Event, last_id: str = "") -> bytes:
    """The bytes of an event on the wire, which decode to the same event.

    `last_id` is the id of the event before it on the same wire, if any: ids stay until they are changed, so a line is
    written where this event's differs. Data that hold CR are cut into lines there too, and come back with LF. A name
    or an id that no wire can carry is a ValueError.
    """
    lines: list[bytes] = []
    if event.name not in ("", "message"):
        lines.append(b"event: " + _one_line(event.name, "\r\n"))
    if event.id != last_id:
        lines.append(b"id: " + _one_line(event.id, "\r\n\0"))
    if event.retry is not None:
        lines.append(b"retry: %d" % event.retry)
    data = event.data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines.extend(b"data: " + line for line in data.split(b"\n"))
    return b"\n".join(lines) + b"\n\n"


def _one_line(value: str, forbidden: str) -> bytes:
    for character in forbidden:
        if character in value:
            raise ValueError(f"an event stream cannot carry {character!r} in a name or id: {value[:80]!r}")
    return value.encode("utf-8", "replace")
