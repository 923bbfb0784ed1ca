"""Tapes for the proxy: each exchange written to its own file, or to its part of one file, as it happens."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from streamkit.errors import StreamkitError
from streamkit.files import Parts, create_next
from streamkit.model import recording
from streamkit.model.exchange import Exchange, Headers, Origin, Request, header
from streamkit.redact.redactor import DEFAULT, Policy, redact_request
from streamkit.service.recording_lines import RecordingLines
from streamkit.tool import tool
from streamkit.transport.content_coding import CannotDecode, Decoder, TooLarge

_WORD = re.compile(r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*")
_LONGEST_PART = 40


class Writer(Protocol):
    """A file being written, or a part of one."""

    path: str

    def write(self, data: bytes, /) -> None:
        """Write these bytes."""
        ...

    def close(self) -> None:
        """The exchange is over."""
        ...


@dataclass(frozen=True, slots=True)
class Taped:
    """What is told of an exchange when it is over; `path` is None where it could not be written."""

    request: Request
    status: int | None
    reason: str
    frames: int
    path: str | None
    lines: tuple[bytes, ...] = ()

    def __str__(self) -> str:
        target = urlsplit(self.request.url)
        frames = f"{self.frames} frame{'' if self.frames == 1 else 's'}"
        place = self.path or "not recorded"
        return f"{self.request.method} {target.netloc}{target.path}: {self.status or 'no answer'}, {self.reason}, {frames}: {place}"


@dataclass(frozen=True, slots=True)
class Tapes:
    """Makes the tape of each exchange. `opened` gives the file; `over` is told when an exchange has ended, `complain`
    what keeps one from being written. `keep` hands the lines on as well, for who plays them at once."""

    opened: Callable[[Request], Writer]
    over: Callable[[Taped], None] = lambda _: None
    complain: Callable[[str], None] = lambda _: None
    policy: Policy = DEFAULT
    labels: Mapping[str, str] = field(default_factory=dict)
    keep: bool = False

    def tape(self, request: Request) -> Tape:
        """The tape of one exchange."""
        return Tape(self, request)


class Tape:
    """Hears of one exchange and writes it. A file that cannot be written is complained of once, and nobody is held up."""

    def __init__(self, tapes: Tapes, request: Request) -> None:
        self._tapes = tapes
        self._request = request
        opening = Exchange(
            request=request,
            source="proxy",
            clock="monotonic",
            recorded_at=datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            labels=tapes.labels,
            tool=tool(),
            origin=Origin("-"),
        )
        self._recorder = RecordingLines(opening, tapes.policy)
        self._decoder: Decoder | None = None
        self._status: int | None = None
        self._frames = 0
        self._client: dict[str, int] | None = None
        self._lines: list[bytes] = []
        self._path: str | None = None
        self._writer: Writer | None = None
        try:
            self._writer = tapes.opened(redact_request(request, tapes.policy)[0])
            self._path = self._writer.path
        except StreamkitError as error:
            self._fail(error)

    def start(self, connected_at: int | None, sent_at: int | None) -> None:
        """The request is on its way."""
        self._write(self._recorder.start(connected_at=connected_at, sent_at=sent_at))

    def response(self, at: int, status: int, http: str, headers: Headers) -> None:
        """Status line and headers have come."""
        self._status = status
        self._write(self._recorder.response(at, status, http, headers))
        coding = header(headers, "content-encoding") or "identity"
        if coding.lower() != "identity":
            decoder = Decoder(coding)
            said = "is stored decoded" if decoder.known else "is stored as it came: no library for this coding"
            self.note({"said": f"the body came encoded and {said}", "content-encoding": coding})
            self._decoder = decoder if decoder.known else None

    def frame(self, data: bytes, at: int) -> None:
        """A frame of the body has come; a piece of a coding that tells nothing yet is none."""
        if self._decoder is not None:
            try:
                data = self._decoder.feed(data)
            except (CannotDecode, TooLarge) as error:
                self.note({"said": f"the rest of the body is stored as it came: {error}"})
                self._decoder = None
        if data:
            self._frames += 1
            self._write(self._recorder.frame(data, at))

    def end(self, at: int, reason: str, error: str | None) -> None:
        """It is over."""
        self._write(self._recorder.end(at, reason, error, self._client))
        try:
            if self._writer is not None:
                self._writer.close()
        except StreamkitError as failed:
            self._fail(failed)
        self._tapes.over(Taped(self._request, self._status, reason, self._frames, self._path, tuple(self._lines)))

    def note(self, fields: Mapping[str, Any]) -> None:
        """Something that a reader of the recording may want to know."""
        self._write([recording.note_line(**fields)])

    def left(self, at: int) -> None:
        """The client has gone."""
        self._client = {"left_at": at, "after_frame": self._frames}

    def _write(self, lines: list[bytes]) -> None:
        if self._tapes.keep:
            self._lines += lines
        try:
            if self._writer is not None:
                for line in lines:
                    self._writer.write(line)
        except (StreamkitError, OSError) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._writer = self._path = None
        self._tapes.complain(f"the exchange goes on and is not recorded: {error}")


def one_file(path: str, *, force: bool = False, append: bool = False) -> Callable[[Request], Writer]:
    """All exchanges in one file, each through its own part. Raises OutputExists, CannotWrite."""
    parts = Parts(path, force=force, append=append)
    return lambda _: parts.part()


def a_file_each(folder: str) -> Callable[[Request], Writer]:
    """A file an exchange in this folder, named from time, host, path, model and a short hash."""
    return lambda request: create_next(Path(folder) / file_name(datetime.now(UTC), request))


def file_name(at: datetime, request: Request) -> str:
    """A file's name: nothing of a request gets into it but letters, digits, dots within words, and dashes."""
    url = urlsplit(request.url)
    body = request.body
    fields = body.json if body else None
    model = fields.get("model") if isinstance(fields, dict) else None
    digest = hashlib.sha256(f"{request.method} {request.url}\n".encode() + (body.bytes if body else b"")).hexdigest()
    words = [url.hostname or "", url.path, model if isinstance(model, str) else ""]
    parts = [at.strftime("%Y%m%dT%H%M%S.%fZ"), *map(_plain, words), digest[:8]]
    return "-".join(part for part in parts if part) + ".jsonl"


def _plain(text: str) -> str:
    return "-".join(_WORD.findall(text))[:_LONGEST_PART].strip("-.")
