"""The job of `redact`: exchanges of recordings, and other files as a whole, with their secrets removed in any process."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from streamkit.errors import UnreadableInput
from streamkit.formats import WHOLE, is_pattern, read_part
from streamkit.frozen import dataclass
from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.redact.redactor import Policy, body_redactor, redact_exchange

if TYPE_CHECKING:
    from streamkit.service.spreading import WorkUnit

SPEED = 50_000_000
"""About the bytes of recordings that one process redacts per second."""
TASK_BYTES = 8 << 20
"""What comes back is as large as what is read, so tasks are smaller than those of other commands."""

_HEAD = 64 * 1024

FoundSecret = tuple[int | None, str, str]
"""A secret: its line (from 1) if the file has lines, its position, and the rule that found it."""


@dataclass(frozen=True, slots=True)
class RedactJob:
    """The patterns that are redacted too, and whether the redacted bytes are wanted, or only where the secrets are."""

    patterns: tuple[str, ...] = ()
    keep: bool = True
    input_format: str | None = None
    on_demand: bool = False

    def items(self, unit: WorkUnit) -> Iterator[Exchange | bytes]:
        """Yield the exchanges of a unit, or the bytes of a file that is not a recording."""
        if unit.part is None:
            return contents(unit.path, unit.location)
        return _part(unit)

    def begin(self) -> RedactWorker:
        """Return a worker for one task."""
        return RedactWorker(self)


def _part(unit: WorkUnit) -> Iterator[Exchange]:
    with Path(unit.location).open("rb") as file:
        yield from read_part(file, unit.path, unit.part or WHOLE)


def contents(path: str, location: str | None = None) -> Iterator[Exchange | bytes]:
    """Yield the exchanges of a recording, or the bytes of any other file. Raises UnreadableInput."""
    if is_pattern(path) and not Path(location or path).exists():
        raise UnreadableInput(path, "no file matches this pattern")
    if Path(location or path).is_dir():
        raise UnreadableInput(path, "the folder contains no files")
    try:
        if path == "-":
            yield from _of(io.BytesIO(sys.stdin.buffer.read()), path)
            return
        with Path(location or path).open("rb") as file:
            yield from _of(file, path)
    except OSError as error:
        raise UnreadableInput(path, f"cannot be read: {error.strerror or error}") from None


def _of(file: IO[bytes], path: str) -> Iterator[Exchange | bytes]:
    head = file.read(_HEAD)
    if head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        raise UnreadableInput(path, "is compressed", remedy="unpack it first")
    if recording.recognises(head):
        yield from read_part(file, path)
    else:
        yield head + file.read()


class RedactWorker:
    """Removes the secrets of one exchange or file after another. A value is the bytes and what was found in them."""

    def __init__(self, job: RedactJob) -> None:
        self._keep = job.keep
        self._policy = Policy.of(job.patterns)

    def take(self, item: Any) -> tuple[bytes, list[FoundSecret]]:
        """Return the redacted bytes (none if they are not wanted) and the secrets found."""
        found: list[FoundSecret] = []
        lines = self._bytes(item, found) if isinstance(item, bytes) else self._recording(item, found)
        data = b"".join(lines)
        return data if self._keep else b"", found

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

    def _bytes(self, data: bytes, found: list[FoundSecret]) -> Iterator[bytes]:
        """Redact line by line, as if each line were a frame, so that every finding has its line."""
        redactor = body_redactor(self._policy, None, data[:_HEAD])
        for line in io.BytesIO(data):
            yield from (ready for ready, _ in redactor.feed(line, None))
        yield from (ready for ready, _ in redactor.close())
        found += [(known.first, "bytes", known.rule) for known in redactor.redacted]
