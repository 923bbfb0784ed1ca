"""Read the output of `curl --trace FILE`: its events, and the transfers that they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

from streamkit.errors import UnreadableInput
from streamkit.formats import Source, Stamp, offsets, stamp, status_and_headers
from streamkit.formats._chunked import ChunkedBody
from streamkit.formats._http import decoded_body
from streamkit.frozen import dataclass
from streamkit.model.exchange import (
    Body,
    End,
    Exchange,
    Frame,
    Frames,
    Headers,
    Import,
    Origin,
    Repair,
    Request,
    header,
)
from streamkit.model.limits import LARGEST_EXCHANGE

_EVENT_COSTS = 300  # bytes of memory beyond its data
_MOST_LINES = LARGEST_EXCHANGE // 64  # of one event; each is a bytes object
_EVENT = re.compile(
    rb"(?:(\d\d:\d\d:\d\d\.\d{1,6}) )?(?:\[[0-9x-]+\] )?(?:== (Info): (.*)|(?:=>|<=) (Send|Recv) (header|data|SSL data), \d+ bytes .*)"
)
_HEX = re.compile(rb"[0-9a-f]{4,8}: ((?:[0-9a-f]{2} ){1,16})")
_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) (\S+) HTTP/[0-9.]+\r?\n")
_HEADER = re.compile(rb"([^:\r\n]+):[ \t]*([^\r\n]*?)[ \t]*\r?\n")
_CUT = re.compile(rb"outstanding read data|reset by peer|Recv failure|closed abruptly|timed out", re.IGNORECASE)


def read(source: Source) -> Iterator[Exchange]:
    """Yield the exchanges of a trace, each when its transfer is over."""
    number = 0
    transfer = _Transfer()
    for event in _events(source):
        if event.kind == "Send header" and transfer.received:
            number += 1
            yield transfer.exchange(Origin(source.path, number, transfer.line))
            transfer = _Transfer(secure=transfer.secure)
        transfer.take(event)
    if transfer.sent or transfer.received:
        yield transfer.exchange(Origin(source.path, number + 1, transfer.line))


@dataclass(slots=True)
class _Event:
    """One event of a trace: what it is, its line and time, and its bytes (an Info's are its text)."""

    kind: str
    line: int
    time: Stamp | None
    data: bytes = b""


def _events(source: Source) -> Iterator[_Event]:
    event: _Event | None = None
    pieces: list[bytes] = []
    for number, raw in enumerate(source.lines(), 1):
        line = raw.rstrip(b"\r\n")
        if match := _EVENT.fullmatch(line):
            if event is not None:
                event.data = event.data or b"".join(pieces)
                yield event
            pieces = []
            kind = "Info" if match[2] else f"{match[4].decode()} {match[5].decode()}"
            time = stamp(match[1].decode()) if match[1] else None
            event = _Event(kind, number, time, match[3] or b"")
        elif event is not None and event.kind != "Info" and line:
            match = _HEX.match(line)
            if match is None:
                raise UnreadableInput(
                    source.path,
                    "not hexadecimal: --trace-ascii shows both line feeds and dots as dots",
                    line=number,
                    remedy="use curl --trace FILE --trace-time",
                )
            if len(pieces) < _MOST_LINES:
                pieces.append(bytes.fromhex(match[1].decode()))
    if event is not None:
        event.data = event.data or b"".join(pieces)
        yield event


@dataclass(slots=True)
class _Transfer:
    """One request and its answer, gathered from the events."""

    secure: bool = False
    line: int | None = None
    sent: bytearray = field(default_factory=bytearray)
    body_sent: bytearray = field(default_factory=bytearray)
    head: bytearray = field(default_factory=bytearray)
    received: list[_Event] = field(default_factory=list)
    marks: dict[str, Stamp | None] = field(default_factory=dict)
    cut: bytes = b""
    size: int = 0
    full: int | None = None  # the line from which on the transfer takes more memory than it may

    def take(self, event: _Event) -> None:
        """Take the next event."""
        self.line = self.line or event.line
        self.marks.setdefault("first", event.time)
        self.marks["last"] = event.time
        if event.kind == "Info":
            self._heed(event)
            return
        self.size += len(event.data) + _EVENT_COSTS
        if self.size > LARGEST_EXCHANGE:
            self.full = self.full or event.line
        elif event.kind.startswith("Send") and event.kind != "Send SSL data":
            (self.sent if event.kind == "Send header" else self.body_sent).extend(event.data)
            self.marks["sent"] = event.time
        elif event.kind == "Recv header":
            self.head += event.data
            self.marks["response"] = event.time
        elif event.kind == "Recv data":
            self.received.append(event)

    def _heed(self, event: _Event) -> None:
        self.secure = self.secure or b"SSL connection" in event.data or b"ALPN" in event.data
        if event.data.startswith((b"Connected to", b"Established connection")):
            self.marks.setdefault("connected", event.time)
        if _CUT.search(event.data):
            self.cut = event.data

    def exchange(self, origin: Origin) -> Exchange:
        """Return the exchange."""
        response, _, _ = status_and_headers(bytes(self.head))
        headers = response.headers if response else ()
        raw = [event.data for event in self.received]
        times = self._times()
        at, marked = times[: len(raw)], dict(zip(self.marks, times[len(raw) :], strict=True))
        frames, ended = _frames(self.received, at, headers)
        body, trouble = decoded_body(b"".join(frame.data for frame in frames), headers)
        if body != b"".join(frame.data for frame in frames):
            frames = [Frame(body, frames[-1].at, frames[-1].line)]
        timed = any(time is not None for time in at)
        if response is not None:
            response = type(response)(marked.get("response"), response.status, response.http, headers)
        return Exchange(
            frames=Frames.of(frames),
            request=self._request(),
            response=response,
            end=self._end(marked.get("last"), ended),
            clock="log" if timed else "none",
            connected_at=marked.get("connected"),
            sent_at=marked.get("sent"),
            imported=Import("curl-trace", excerpt=self.full is not None, repairs=self._repairs(origin, trouble)),
            origin=origin,
        )

    def _repairs(self, origin: Origin, trouble: str) -> tuple[Repair, ...]:
        repairs = [Repair(origin.line or 1, "unusable", trouble)] if trouble else []
        if self.full is not None:
            message = f"an exchange is limited to {LARGEST_EXCHANGE >> 20} MiB: the rest of it is skipped"
            repairs.append(Repair(self.full, "unusable", message))
        return tuple(repairs)

    def _times(self) -> list[int | None]:
        """Return the times of what was received and of the marks, from the first line of this transfer."""
        first = self.marks.get("first")
        stamps = [event.time for event in self.received] + list(self.marks.values())
        if first is None:
            return [None] * len(stamps)
        return [_since(first, one) if one else None for one in stamps]

    def _end(self, at: int | None, ended: bool) -> End | None:
        if self.cut:
            return End(
                at=at,
                reason="timeout" if b"timed out" in self.cut else "reset",
                error=self.cut.decode("utf-8", "replace"),
            )
        return End(at=at, reason="eof") if ended else None

    def _request(self) -> Request | None:
        match = _REQUEST_LINE.match(self.sent)
        if match is None:
            return None
        headers = tuple(
            (name.decode("latin-1"), value.decode("utf-8", "replace"))
            for name, value in _HEADER.findall(self.sent, match.end())
        )
        host = header(headers, "host") or header(headers, ":authority") or "not-recorded.invalid"
        url = f"{'https' if self.secure else 'http'}://{host}{match[2].decode('utf-8', 'replace')}"
        return Request(match[1].decode(), url, headers, Body.of(bytes(self.body_sent)) if self.body_sent else None)


def _since(first: Stamp, one: Stamp) -> int | None:
    times = offsets([first, one])
    return times[1] if times else 0 if one.ns == first.ns else None


def _frames(received: list[_Event], at: list[int | None], headers: Headers) -> tuple[list[Frame], bool]:
    """Return the frames of a body, and whether its end was seen."""
    coded = "chunked" in (header(headers, "transfer-encoding") or "").lower()
    if not (coded and received and ChunkedBody.begins(received[0].data)):
        return [Frame(event.data, time, event.line) for event, time in zip(received, at, strict=True)], False
    chunked = ChunkedBody()
    frames = [
        frame for event, time in zip(received, at, strict=True) for frame in chunked.feed(event.data, time, event.line)
    ]
    return frames + chunked.close(at[-1], received[-1].line), chunked.ended
