"""The recording: JSON Lines that hold exchanges, format version 1, one line at a time.

Converts bytes to values and back. Damaged files are read as far as possible, and the damage is reported as `Damage` on the
exchange; only a newer version, or a file without any exchange, cannot be read.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, compress, count, repeat
from operator import itemgetter, not_
from typing import Any, TypeVar

import orjson

from streamkit.errors import UnreadableInput
from streamkit.model._fields import (
    shown,
)
from streamkit.model._recording_draft import Draft
from streamkit.model.exchange import (
    End,
    Exchange,
    Import,
    Origin,
    Redaction,
    Request,
    Response,
)
from streamkit.model.limits import FRAME_COSTS

VERSION = 1
START = b'{"type":"start"'
_FRAME = b'{"type":"frame"'
_FRAME_FIELDS = itemgetter("type", "at", "text")
_LEAST_RUN = 4  # lines: a shorter run of frames costs more than it saves

_T = TypeVar("_T")
_CUT_START = re.compile(rb'\{\s*"type"\s*:\s*"start"\s*,\s*"streamkit"\s*:\s*[0-9]')
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def recognises(head: bytes) -> bool:
    """Return whether these first bytes of a file are a recording's: a line of type `start` with an integer `streamkit`."""
    if _CUT_START.search(head):
        return True
    for line in head.removeprefix(_BYTE_ORDER_MARK).split(b"\n"):
        if b'"streamkit"' in line and (record := _object(line)) is not None and _opens(record):
            return True
    return False


def read(lines: Iterable[bytes], *, path: str = "-") -> Iterator[Exchange]:
    """Yield the exchanges of a recording, one at a time, each as soon as the next one starts or the file ends.

    `lines` are the file's lines with their line feeds (a binary file is one). Raises UnreadableInput if a line is of
    a newer version, or where the file holds no exchange at all.
    """
    reading = _Reading(path)
    for line in lines:
        done = reading.take(line)
        if done is not None:
            yield done
    yield reading.close()


def read_batches(batches: Iterable[list[bytes]], *, path: str = "-", largest: int | None = None) -> Iterator[Exchange]:
    """Yield the same for batches of lines, as files are read: runs of frames are parsed at C speed.

    Raises UnreadableInput too where an exchange takes more than `largest` bytes of memory.
    """
    reading = _Reading(path, largest)
    for batch in batches:
        place = 0
        for mark in chain(_others_than_frames(batch), (len(batch),)):
            if mark - place >= _LEAST_RUN and reading.take_frames(batch[place:mark]):
                place = mark
            for line in batch[place : mark + 1]:
                done = reading.take(line)
                if done is not None:
                    yield done
            place = mark + 1
    yield reading.close()


def _others_than_frames(lines: list[bytes]) -> Iterator[int]:
    """Return the indices of the lines that do not begin as recorders begin the line of a frame."""
    return compress(count(), map(not_, map(bytes.startswith, lines, repeat(_FRAME))))


def write(exchange: Exchange) -> Iterator[bytes]:
    """Yield the lines of one exchange. `end` counts and digests the frames as they are written."""
    yield start_line(exchange)
    if exchange.response is not None:
        yield response_line(exchange.response)
    frames = exchange.frames
    for data, at in zip(frames.data, frames.at, strict=True):
        yield frame_line(data, at)
    if exchange.end is not None:
        yield end_line(exchange.end, frames=len(frames), size=len(frames.body), sha256=frames.sha256)


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


def end_line(end: End, *, frames: int | None = None, size: int | None = None, sha256: str | None = None) -> bytes:
    """Return the line that closes an exchange; `frames`, `size` (bytes) and `sha256` stand in for what `end` says of them."""
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


class _Reading:
    """A file while it is read: the current exchange and the position."""

    __slots__ = ("_count", "_draft", "_largest", "_number", "_path", "_size")

    def __init__(self, path: str, largest: int | None = None) -> None:
        self._path = path
        self._largest = largest
        self._draft = Draft.nothing()
        self._count = 0  # exchanges begun
        self._number = 0  # lines taken
        self._size = 0  # bytes of memory that the current exchange takes, about

    def take(self, line: bytes) -> Exchange | None:
        """Take the next line. Returns the exchange that it ends, if it starts another one."""
        self._number += 1
        number, draft = self._number, self._draft
        if self._largest is not None:
            self._size += len(line) + FRAME_COSTS
            if self._size > self._largest and not line.startswith(START):
                message = f"an exchange larger than {self._largest >> 20} MiB"
                raise UnreadableInput(self._path, message, line=number)
        try:
            record = orjson.loads(line)
            # The fast path of almost every line. Everything else takes the slow one.
            if record["type"] == "frame" and draft.open:
                data = record["text"].encode()
                draft.at.append(record["at"])
                draft.data.append(data)
                draft.lines.append(number)
                return None
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            record, line = _mended(line, number, draft)
            if record is None:
                return None
        if _opens(record):
            return self._begin(record, len(line))
        draft.take(record, number)
        return None

    def take_frames(self, lines: list[bytes]) -> bool:
        """Take these lines if each is a frame with text of the current exchange; else none of them, and False."""
        draft = self._draft
        size = self._size
        if not draft.open:
            return False
        if self._largest is not None:
            size += sum(map(len, lines)) + len(lines) * FRAME_COSTS
            if size > self._largest:
                return False
        try:
            kinds, times, texts = zip(*map(_FRAME_FIELDS, map(orjson.loads, lines)), strict=True)
            data = list(map(str.encode, texts))
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return False
        if kinds.count("frame") != len(lines):
            return False
        draft.data += data
        draft.at += times
        draft.lines += range(self._number + 1, self._number + 1 + len(lines))
        self._number += len(lines)
        self._size = size
        return True

    def _begin(self, record: dict[str, Any], size: int) -> Exchange | None:
        _refuse_newer(record, self._path, self._number)
        done = self._draft.finish() if self._draft.begun else None
        self._count += 1
        self._size = size
        self._draft = Draft(record, Origin(self._path, self._count, self._number), self._draft.early)
        return done

    def close(self) -> Exchange:
        """Return the current exchange, at the end of the file."""
        if not self._draft.begun:
            message = (
                "the file is empty" if self._number == 0 else "no line of type start, so no exchange of a recording"
            )
            raise UnreadableInput(self._path, message, remedy="record it again, or look at it with a text editor")
        return self._draft.finish()


def _mended(line: bytes, number: int, draft: Draft) -> tuple[dict[str, Any] | None, bytes]:
    """Return the object of a line that the fast path rejected, or None if the line is damaged (which is reported)."""
    line = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
    record = _object(line)
    if record is not None or not line.strip():
        return record, line
    torn = not line.endswith(b"\n")
    resumed = line.find(START, 1)
    while resumed > 0:
        record = _object(line[resumed:])
        if record is not None:
            draft.hurt(number, "torn-line", f"a line cut off after {resumed} bytes, with an exchange joined to it")
            return record, line[resumed:]
        resumed = line.find(START, resumed + 1)
    if torn:
        draft.hurt(number, "torn-line", f"the last line is cut off after {len(line)} bytes")
    else:
        draft.hurt(number, "bad-recording-line", f"no JSON object: {shown(line)}")
    return None, line


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None


def _opens(record: dict[str, Any]) -> bool:
    return record.get("type") == "start" and type(record.get("streamkit")) is int


def _refuse_newer(record: dict[str, Any], path: str, line: int) -> None:
    version = record["streamkit"]
    if version > VERSION:
        message = f"recording format version {version}, and this streamkit reads up to version {VERSION}"
        raise UnreadableInput(path, message, line=line, remedy="upgrade llm-streamkit")


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
