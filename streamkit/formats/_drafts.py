"""An exchange that is being collected from a log: its chunks, their lines and times, and repairs."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from streamkit.formats._payloads import Identity, identity
from streamkit.formats._timestamps import Stamp, offsets, resolution, rfc3339, stamp
from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange, Frames, Import, Origin, Repair, Response
from streamkit.model.limits import LARGEST_EXCHANGE

_FRAME_COSTS = 150  # bytes of memory beyond the text
_MOST_REPAIRS = 1000


@dataclass(slots=True)
class Draft:
    """An exchange that is being collected. `separation` is what followed its last chunk: `""`, `text`, `fence`. It is `full`
    once it takes as much memory as allowed; the rest of it is left out."""

    line: int
    response: Response | None = None
    format: str = "gist-log"
    identity: Identity | None = None
    separation: str = ""
    terminated: bool = False
    closed: bool = False
    streamed: bool = True
    excerpt: bool = False
    chunks: int = 0
    sent: Stamp | None = None
    _payloads: list[bytes] = field(default_factory=list)
    _lines: list[int | None] = field(default_factory=list)
    _stamps: list[Stamp | None] = field(default_factory=list)
    _created: list[Stamp | None] = field(default_factory=list)
    _bare: bool = True
    size: int = 0
    full: bool = False
    _repairs: list[Repair] = field(default_factory=list)
    _dropped: int = 0

    def belongs(self, other: Identity, *, strict: bool) -> bool:
        """Return whether a chunk of this identity continues this exchange. With `strict`, only if that is certain."""
        mine = self.identity
        if mine is None:
            return not self.terminated and not strict
        if self.terminated or other.begins:
            return False
        if other.family != mine.family:
            return "error" in (other.family, mine.family) and not strict
        if mine.id and other.id and mine.id != other.id:
            # Some servers give every chunk a different id: then everything else must match.
            separate = self.closed or self.separation or strict or other.opens_choice
            return not separate and mine.made is not None and mine.made == other.made
        return (
            bool(mine.id and other.id)
            or not strict
            or mine.family in ("messages", "responses", "conversation", "thread")
        )

    def add(self, payload: str, line: int, time: Stamp | None, *, event: str = "", bare: bool = False) -> None:
        """Take one event's data."""
        self._bare = self._bare and bare and not event
        data = payload.encode("utf-8", "surrogateescape")
        self._append(f"event: {event}\ndata: ".encode() + data if event else data, line, time)

    def add_comment(self, text: str, line: int, time: Stamp | None) -> None:
        """Take a comment line."""
        self._bare = False
        self._append(b": " + text.encode("utf-8", "surrogateescape"), line, time)

    def learn(self, document: dict[str, Any], found: Identity) -> None:
        """Store the information about the stream from the chunk just added."""
        if self.identity is None or (found.family != "error" and self.identity.id is None):
            self.identity = found
        self.terminated = self.terminated or found.ends
        self.closed = self.closed or found.closes
        self.separation = ""
        self.chunks += 1
        if self.full:
            return
        created = document.get("created_at")
        self._created[-1] = stamp(created) if isinstance(created, str) and found.family == "ollama" else None

    def take_chunk(self, document: dict[str, Any], text: str, line: int) -> None:
        """Add a chunk that is alone on its line, in a format that contains nothing else."""
        self.add(text, line, None, bare=True)
        self.learn(document, identity(document))

    def note(self, line: int, kind: str, message: str) -> None:
        """Note a repair to this exchange; only the first thousand are listed."""
        if len(self._repairs) < _MOST_REPAIRS:
            self._repairs.append(Repair(line, kind, message))
        else:
            self._dropped += 1

    @property
    def last_line(self) -> int:
        """The line of the last item added."""
        return (self._lines[-1] if self._lines else None) or self.line

    def stop(self, line: int, message: str) -> None:
        """Leave out the rest of the exchange, and note why."""
        self.full = self.excerpt = True
        self._repairs.append(Repair(line, "unusable", message))

    def finished(self, path: str, number: int) -> Exchange:
        """Return the exchange."""
        stamps = self._stamps if any(self._stamps) else self._own_times()
        times, sent_at = self._times(stamps)
        first = self.sent if sent_at is not None else next((one for one in stamps if one), None)
        if times is None and len({one.ns for one in stamps if one}) > 1:
            self.note(self.line, "skipped", "times that run backwards or are of several kinds; none is used")
        if self._dropped:
            self._repairs.append(Repair(self._repairs[-1].line, "skipped", f"{self._dropped} more such places"))
        return Exchange(
            frames=Frames(self._frames(), times or [None] * len(self._lines), self._lines, verbatim=not self.streamed),
            response=self.response,
            clock="log" if times else "none",
            sent_at=sent_at,
            recorded_at=rfc3339(first.ns) if times and first and first.kind == "wall" and first.zoned else None,
            imported=Import(
                self.format, self.excerpt, tuple(sorted(self._repairs, key=lambda one: one.line)), framed=False
            ),
            origin=Origin(path, number, self.line),
            resolution=resolution(stamps) if times else None,
        )

    def _times(self, stamps: list[Stamp | None]) -> tuple[list[int | None] | None, int | None]:
        """Return the times of the frames, and when the request was sent, if the log has that time on the same clock."""
        if self.sent is not None and stamps is self._stamps:
            times = offsets([self.sent, *stamps])
            if times is not None and len({one.ns for one in stamps if one}) > 1:
                return times[1:], times[0]
        return offsets(stamps), None

    def _append(self, data: bytes, line: int, time: Stamp | None) -> None:
        if self.size + len(data) > LARGEST_EXCHANGE and not self.full:
            self.stop(line, f"an exchange is limited to {LARGEST_EXCHANGE >> 20} MiB: the rest of it is skipped")
        if self.full:
            return
        self._payloads.append(data)
        self._lines.append(line)
        self._stamps.append(time)
        self._created.append(None)
        self.size += len(data) + _FRAME_COSTS

    def _own_times(self) -> list[Stamp | None]:
        """Return the times inside the documents if they all differ; otherwise they are the times of something else."""
        known = [one for one in self._created if one]
        return self._created if len(known) > 1 and len({one.ns for one in known}) == len(known) else []

    def _frames(self) -> list[bytes]:
        if not self.streamed:
            return self._payloads
        if self._as_lines():
            return [payload + b"\n" for payload in self._payloads]
        return [
            payload + b"\n\n" if payload.startswith((b": ", b"event: ")) else b"data: " + payload + b"\n\n"
            for payload in self._payloads
        ]

    def _as_lines(self) -> bool:
        """Return whether these chunks came as NDJSON: bare, and of an API (or with a content type) that streams so."""
        kind = (self.response.header("content-type") if self.response else None) or ""
        return self._bare and ("ndjson" in kind or (self.identity is not None and self.identity.family == "ollama"))
