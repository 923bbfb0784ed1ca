"""The recording: JSON Lines that hold exchanges, format version 1, one line at a time.

Converts bytes to values and back. Damaged files are read as far as possible, and the damage is reported as `Damage` on the
exchange; only a newer version, or a file without any exchange, cannot be read.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, compress, count, repeat
from operator import not_
from typing import Any

import orjson

from streamkit.model._recording_reader import BYTE_ORDER_MARK, Reading, starts
from streamkit.model._recording_reader import START as START
from streamkit.model._recording_reader import VERSION as VERSION
from streamkit.model._recording_reader import LongLine as LongLine
from streamkit.model._recording_reader import starts_in as starts_in
from streamkit.model.exchange import (
    End,
    Exchange,
    Import,
    Redaction,
    Request,
    Response,
)
from streamkit.model.limits import LARGEST_FRAME, LONGEST_LINE
from streamkit.model.recording_runs import START as FRAME_START
from streamkit.patterns import pattern

_LEAST_RUN = 4  # lines: a shorter run of frames costs more than it saves

_CUT_START = pattern(rb'\{\s*"type"\s*:\s*"start"\s*,\s*"streamkit"\s*:\s*[0-9]')


def recognises(head: bytes) -> bool:
    """Return whether these first bytes of a file are a recording's: a line of type `start` with an integer `streamkit`."""
    if _CUT_START.search(head):
        return True
    return any(map(starts, head.removeprefix(BYTE_ORDER_MARK).split(b"\n")))


def read(lines: Iterable[bytes], *, path: str = "-") -> Iterator[Exchange]:
    """Yield the exchanges of a recording, one at a time, each as soon as the next one starts or the file ends.

    `lines` are the file's lines with their line feeds (a binary file is one). Raises UnreadableInput if a line is of
    a newer version, or where the file holds no exchange at all.
    """
    reading = Reading(path)
    for line in lines:
        done = reading.take(line)
        if done is not None:
            yield done
    yield reading.close()


def read_batches(
    batches: Iterable[list[bytes] | bytes],
    *,
    path: str = "-",
    largest: int | None = None,
    on_demand: bool = False,
    before: tuple[int, int] = (0, 0),
) -> Iterator[Exchange]:
    """Yield the same for batches of lines, as files are read: runs of frames are parsed at C speed. A batch may be the lines joined.

    Of an exchange that takes more than `largest` bytes of memory the first part is read, and the damage `over-limit` is reported.
    A line that was too long is a `LongLine`. With `on_demand`, lines that repeat each other are not parsed: a template shows
    that they are valid, and a frame is decoded whenever it is looked at. `before` is the number of exchanges and of lines of
    the file before these, whose numbers continue.
    """
    reading = Reading(path, largest, on_demand=on_demand, before=before)
    for joined in batches:
        batch = reading.take_block(joined) if isinstance(joined, bytes) else joined
        index = 0
        for mark in chain(_others_than_frames(batch), (len(batch),)):
            if mark - index >= _LEAST_RUN and reading.take_frames(batch[index:mark]):
                index = mark
            for line in batch[index : mark + 1]:
                done = reading.take(line)
                if done is not None:
                    yield done
            index = mark + 1
    yield reading.close()


class Growing:
    """A recording while it is written: takes its lines as they are appended, and gives each exchange as it ends.

    Of an exchange that takes more than `largest` bytes of memory the first part is kept, as `read_batches` does. Lines before the
    first exchange are not an error here: the file may be no recording.
    """

    def __init__(self, path: str, *, largest: int | None = None) -> None:
        self._path, self._largest = path, largest
        self._reading = Reading(path, largest)

    def take(self, lines: list[bytes]) -> Iterator[Exchange]:
        """Take whole lines; yield the exchanges that they end: with an end line, or where the next one starts. Raises
        UnreadableInput for a newer version."""
        place = 0
        for mark in chain(_others_than_frames(lines), (len(lines),)):
            if mark - place >= _LEAST_RUN and self._reading.take_frames(lines[place:mark]):
                place = mark
            for line in lines[place : mark + 1]:
                done = self._reading.take(line)
                if done is not None:
                    yield done
                if self._reading.ended:
                    yield self._reading.close()
                    self._reading = Reading(self._path, self._largest, before=self._reading.position)
            place = mark + 1

    def current(self) -> Exchange | None:
        """Return the exchange that has not ended yet, as far as it was taken; None if there is none. That it has no end line is
        not damage."""
        return self._reading.current()


def _others_than_frames(lines: list[bytes]) -> Iterator[int]:
    """Yield the indices of the lines that do not begin as recorders begin the line of a frame."""
    begin = list(map(bytes.startswith, lines, repeat(FRAME_START)))
    if not all(begin):
        yield from compress(count(), map(not_, begin))


def write(exchange: Exchange) -> Iterator[bytes]:
    """Yield the lines of one exchange. `end` counts and digests the frames as they are written.

    No line is longer than readers accept: a frame is split, and a request is written without its body.
    """
    yield from opening_lines(exchange)
    if exchange.response is not None:
        yield response_line(exchange.response)
    frames = exchange.frames
    count = 0
    sent = list(reversed(exchange.sent))
    for number, (data, at) in enumerate(zip(frames.data, frames.at, strict=True)):
        while sent and sent[-1].after_frame <= number:
            yield sent_line(sent[-1].data, sent.pop().at)
        for line in _frame_lines(data, at):
            count += 1
            yield line
    for message in reversed(sent):
        yield sent_line(message.data, message.at)
    if exchange.end is not None:
        yield end_line(exchange.end, frames=count, size=len(frames.body), sha256=frames.sha256)


def opening_lines(exchange: Exchange) -> Iterator[bytes]:
    """Yield the line that opens an exchange. If its request makes it longer than readers accept, the request's body is left out,
    and a note follows."""
    line = start_line(exchange)
    if len(line) <= LONGEST_LINE or exchange.request is None:
        yield line
        return
    yield start_line(replace(exchange, request=replace(exchange.request, body=None)))
    yield note_line(said=f"the request body is not recorded: its line would be {len(line)} bytes long")


def _frame_lines(data: bytes, at: int | None) -> Iterator[bytes]:
    line = frame_line(data, at)
    if len(line) <= LONGEST_LINE:
        yield line
        return
    for index in range(0, len(data), LARGEST_FRAME):
        yield frame_line(data[index : index + LARGEST_FRAME], at)


def start_line(exchange: Exchange) -> bytes:
    """Return the line that opens this exchange; only what is known before an answer comes is used."""
    record: dict[str, Any] = {
        "type": "start",
        "streamkit": VERSION,
        "recorded_at": exchange.recorded_at,
        "source": exchange.source,
        "clock": exchange.clock,
    }
    if exchange.connected_at is not None:
        record["connected_at"] = exchange.connected_at
    if exchange.sent_at is not None:
        record["sent_at"] = exchange.sent_at
    record["request"] = None if exchange.request is None else _request_object(exchange.request)
    if exchange.redacted:
        record["redacted"] = _redaction_objects(exchange.redacted)
    record["labels"] = dict(exchange.labels)
    record["tool"] = exchange.tool
    if exchange.imported is not None:
        record["import"] = _import_object(exchange.imported)
    return _line(record)


def response_line(response: Response) -> bytes:
    """Return the line of a status line and headers."""
    record: dict[str, Any] = {
        "type": "response",
        "at": response.at,
        "status": response.status,
        "http": response.http,
        "headers": response.headers,
    }
    if response.redacted:
        record["redacted"] = _redaction_objects(response.redacted)
    return _line(record)


def frame_line(data: bytes, at: int | None, *, binary: bool = False) -> bytes:
    """Return the line of one frame: as text where these bytes alone are valid UTF-8, else (or where it is `binary`) in base64."""
    stamp = b"null" if at is None else b"%d" % at
    try:
        if binary:
            raise ValueError
        return b'{"type":"frame","at":%b,"text":%b}\n' % (stamp, orjson.dumps(data.decode()))
    except ValueError:
        return b'{"type":"frame","at":%b,"base64":"%b"}\n' % (stamp, base64.b64encode(data))


def sent_line(data: bytes, at: int | None) -> bytes:
    """Return the line of a message that the client of a WebSocket sent. Readers that do not know the type pass over it."""
    return frame_line(data, at).replace(b'"frame"', b'"sent"', 1)


def end_line(end: End, *, frames: int | None = None, size: int | None = None, sha256: str | None = None) -> bytes:
    """Return the line that closes an exchange; `frames`, `size` (bytes) and `sha256` replace those of `end`."""
    record: dict[str, Any] = {
        "type": "end",
        "at": end.at,
        "reason": end.reason,
        "frames": end.frames if frames is None else frames,
        "bytes": end.bytes if size is None else size,
        "sha256": end.sha256 if sha256 is None else sha256,
    }
    if end.error is not None:
        record["error"] = end.error
    if end.redacted:
        record["redacted"] = _redaction_objects(end.redacted)
    if end.client is not None:
        record["client"] = dict(end.client)
    return _line(record)


def note_line(**fields: Any) -> bytes:
    """Return a line that readers ignore."""
    return _line({"type": "note", **fields})


def _line(record: dict[str, Any]) -> bytes:
    """One line. What the JSON of other programs may hold and ours cannot is written as near as can be: a lone surrogate as
    U+FFFD, an integer of more than 64 bits as a float."""
    try:
        return orjson.dumps(record) + b"\n"
    except TypeError:
        return orjson.dumps(_writable(record)) + b"\n"


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        return float(value) if abs(value) < 10**308 else None
    if isinstance(value, Mapping):
        return {_writable(name): _writable(inner) for name, inner in value.items()}
    return [_writable(inner) for inner in value] if isinstance(value, list | tuple) else value


def _request_object(request: Request) -> dict[str, Any]:
    body: dict[str, Any] | None = None
    if request.body is not None:
        value = request.body.value
        body = {request.body.form: base64.b64encode(value).decode() if request.body.form == "base64" else value}
    return {"method": request.method, "url": request.url, "headers": request.headers, "body": body}


def _redaction_objects(redactions: tuple[Redaction, ...]) -> list[dict[str, Any]]:
    return [
        {"at": r.at, "rule": r.rule}
        if r.first is None
        else {"at": r.at, "first": r.first, "last": r.last, "rule": r.rule}
        for r in redactions
    ]


def _import_object(imported: Import) -> dict[str, Any]:
    repairs = [{"line": r.line, "kind": r.kind, "said": r.message} for r in imported.repairs]
    record: dict[str, Any] = {"form": imported.format, "excerpt": imported.excerpt, "repairs": repairs}
    return record if imported.framed else {**record, "framed": False}
