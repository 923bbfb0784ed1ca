"""The job of `redact`: exchanges of recordings, and other files as a whole, with their secrets removed in any process."""

from __future__ import annotations

import io
import sys
from bisect import bisect_right
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from streamkit.errors import UnreadableInput
from streamkit.formats import WHOLE, is_pattern, read_part, read_pieces
from streamkit.frozen import dataclass
from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.redact.redactor import Policy, body_redactor, redact_exchange

if TYPE_CHECKING:
    from streamkit.service.spreading import WorkUnit

SPEED = 60_000_000
"""About the bytes of recordings that one process redacts per second."""
TASK_BYTES = 8 << 20
"""What comes back is as large as what is read, so tasks are smaller than those of other commands."""

_HEAD = 64 * 1024
_PIECE = 1 << 20

FoundSecret = tuple[int | None, str, str]
"""A secret: its line (from 1) if the file has lines, its position, and the rule that found it."""


@dataclass(frozen=True, slots=True)
class RedactJob:
    """The patterns that are redacted too, and whether the redacted bytes are wanted, or only where the secrets are."""

    patterns: tuple[str, ...] = ()
    keep: bool = True
    input_format: str | None = None
    on_demand: bool = False

    def items(self, unit: WorkUnit) -> Iterator[Exchange | Piece]:
        """Yield the exchanges of a unit, or the pieces of a file that is not a recording."""
        if unit.part is None:
            return contents(unit.path, unit.location)
        return _part(unit)

    def begin(self) -> RedactWorker:
        """Return a worker for one task."""
        return RedactWorker(self)


def _part(unit: WorkUnit) -> Iterator[Exchange]:
    with Path(unit.location).open("rb") as file:
        yield from read_part(file, unit.path, unit.part or WHOLE)


@dataclass(frozen=True, slots=True)
class Piece:
    """At most `_PIECE` bytes of a file that is not a recording, and whether they are the `first` and the `last`."""

    data: bytes
    first: bool
    last: bool


def contents(path: str, location: str | None = None) -> Iterator[Exchange | Piece]:
    """Yield the exchanges of a recording, or the pieces of any other file. Raises UnreadableInput."""
    if is_pattern(path) and not Path(location or path).exists():
        raise UnreadableInput(path, "no file matches this pattern")
    if Path(location or path).is_dir():
        raise UnreadableInput(path, "the folder contains no files")
    try:
        if path == "-":
            yield from _of(sys.stdin.buffer, path)
            return
        with Path(location or path).open("rb") as file:
            yield from _of(file, path)
    except OSError as error:
        raise UnreadableInput(path, f"cannot be read: {error.strerror or error}") from None


def size_of_item(item: Exchange | Piece) -> int:
    """Return about the number of bytes of an exchange or a piece."""
    if isinstance(item, Piece):
        return len(item.data)
    return item.frames.size


def is_recording(path: str) -> bool:
    """Return whether a file begins as recordings do; False if it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return recording.recognises(file.read(_HEAD))
    except OSError:
        return False


def _of(file: IO[bytes], path: str) -> Iterator[Exchange | Piece]:
    rest = iter(lambda: file.read(_PIECE), b"")
    head = next(rest, b"")
    if head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        raise UnreadableInput(path, "is compressed", remedy="unpack it first")
    if recording.recognises(head[:_HEAD]):
        yield from read_pieces(chain([head], rest), path)
        return
    first = True
    for data, following in pairwise(chain([head], rest, [None])):
        yield Piece(data or b"", first, following is None)
        first = False


class RedactWorker:
    """Removes the secrets of one exchange or piece of a file after another. A value is the bytes and what was found in them."""

    def __init__(self, job: RedactJob) -> None:
        self._keep = job.keep
        self._policy = Policy.of(job.patterns)
        self._pieces = _Pieces(self._policy, b"")

    def take(self, item: Any) -> tuple[bytes, list[FoundSecret]]:
        """Return the redacted bytes (none if they are not wanted) and the secrets found."""
        found: list[FoundSecret] = []
        data = io.BytesIO()
        if isinstance(item, Piece):
            if item.first:
                self._pieces = _Pieces(self._policy, item.data[:_HEAD])
            data.writelines(self._pieces.take(item, found))
        else:
            data.writelines(self._recording(item, found))
        return data.getvalue() if self._keep else b"", found

    def end(self) -> None:
        """Return nothing: the values are all there is."""

    def _recording(self, exchange: Exchange, found: list[FoundSecret]) -> Iterator[bytes]:
        cut = redact_exchange(exchange, self._policy)
        start = exchange.origin.line
        found += [(start, known.at, known.rule) for known in cut.redacted[len(exchange.redacted) :]]
        if cut.response is not None and exchange.response is not None:
            new = cut.response.redacted[len(exchange.response.redacted) :]
            found += [(start, known.at, known.rule) for known in new]
        before = len(exchange.end.redacted) if exchange.end else 0
        for known in (cut.end.redacted if cut.end else ())[before:]:
            line = exchange.frames.lines[known.first - 1] if known.first else start
            found.append((line, known.at, known.rule))
        if self._keep:
            yield from recording.write(cut)


class _Pieces:
    """A file that is not a recording: redacted as if each line were a frame, so that every finding has its line."""

    def __init__(self, policy: Policy, head: bytes) -> None:
        self._redactor = body_redactor(policy, None, head)
        self._frames = 0
        self._inner: list[int] = []  # the numbers of the frames that begin within a line: those at the start of a piece
        self._open = False  # whether the last line goes on

    def take(self, piece: Piece, found: list[FoundSecret]) -> Iterator[bytes]:
        """Yield the bytes that are ready; with the last piece, add to `found` what was found in the file."""
        if self._open:
            self._inner.append(self._frames + 1)
        for line in io.BytesIO(piece.data):
            self._frames += 1
            yield from (ready for ready, _ in self._redactor.feed(line, None))
        self._open = not piece.data.endswith(b"\n")
        if piece.last:
            yield from (ready for ready, _ in self._redactor.close())
            found += [(self._line(known.first), "bytes", known.rule) for known in self._redactor.redacted]

    def _line(self, frame: int | None) -> int | None:
        return None if frame is None else frame - bisect_right(self._inner, frame)
