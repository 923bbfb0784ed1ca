"""Parts of a large recording, cut where an exchange begins, so that several processes can read one file.

Reading the whole file to count what is before each part costs a tenth of measuring it. Where the numbers of exchanges can be put right
afterwards, a part is `sought` instead: only the bytes between the intended place to cut and the next exchange are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

from streamkit.errors import UnreadableInput
from streamkit.formats._format import ordered
from streamkit.formats._source import HEAD, LONGEST_LINE, PIECE, Source
from streamkit.frozen import dataclass
from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.model.limits import LARGEST_EXCHANGE

_BLOCK = 1 << 18  # one read while looking for places to cut: what a cache of the processor holds
# Every line that starts an exchange has this key, and other lines contain it only by accident.
_KEY = b'"streamkit"'


@dataclass(frozen=True, slots=True)
class FileRange:
    """The bytes of a recording from `start` (inclusive) to `stop` (exclusive; None is the end of the file), with the number of
    `exchanges` and `lines` before them; not `counted`, these are 0."""

    start: int = 0
    stop: int | None = None
    exchanges: int = 0
    lines: int = 0
    counted: bool = True


WHOLE = FileRange()


@dataclass(slots=True)
class LineCount:
    """The number of line ends that have been read."""

    lines: int = 0


def parts(file: IO[bytes], size: Callable[[int], int]) -> Iterator[FileRange]:
    """Yield the parts of the recording in `file`: one that starts at byte n has about `size(n)` bytes, or one exchange that is larger.

    `file` is read from its beginning. A file that is not a recording, is compressed or does not begin with an exchange is one
    part. The exchanges of all parts, in order, are those of the file.
    """
    head = file.read(HEAD)
    if not _is_recording(head):
        yield WHOLE
        return
    begun = WHOLE
    for start, exchanges, lines in _starts(file, head):
        if start - begun.start >= size(begun.start):
            yield FileRange(begun.start, start, begun.exchanges, begun.lines)
            begun = FileRange(start, None, exchanges, lines)
    yield begun


def parts_sought(file: IO[bytes], size: Callable[[int], int]) -> Iterator[FileRange]:
    """Yield the same parts, not counted, and without reading all of the file, which must be seekable."""
    if not _is_recording(file.read(HEAD)):
        yield WHOLE
        return
    start = 0
    while (stop := _next_start(file, start + size(start))) is not None:
        yield FileRange(start, stop, counted=False)
        start = stop
    yield FileRange(start, counted=False)


def _next_start(file: IO[bytes], position: int) -> int | None:
    """Return where the first exchange starts at or after this position, at the start of a line; None if there is none."""
    file.seek(position - 1)
    _skip_line(file)
    while line := file.readline(LONGEST_LINE):
        if len(line) > LONGEST_LINE - PIECE:  # it may be too long to be read
            _skip_line(file, line)
        elif line.startswith(recording.START) and recording.starts_in(line)[1]:
            return file.tell() - len(line)
    return None


def _skip_line(file: IO[bytes], begun: bytes = b"") -> None:
    """Read to the end of a line, of any length, whose beginning was read."""
    while not begun.endswith(b"\n") and (begun := file.readline(_BLOCK)):
        pass


def lines_before(file: IO[bytes], part: FileRange) -> int:
    """Return the number of lines before this part."""
    file.seek(0)
    return sum(piece.count(b"\n") for piece in _pieces("-", file.read, FileRange(0, part.start)))


def _is_recording(head: bytes) -> bool:
    if not head.startswith(recording.START):
        return False
    chosen = next((entry for entry in ordered() if entry.recognises(head)), None)
    return chosen is not None and chosen.name == "recording"


def _starts(file: IO[bytes], head: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield where an exchange starts at the start of a line: the offset, and the number of exchanges and of lines before it."""
    position = exchanges = lines = 0
    data = head
    while len(data) <= LONGEST_LINE + _BLOCK:  # a longer line cannot be read
        whole = data.rfind(b"\n") + 1
        counted = index = 0
        while (found := data.find(_KEY, index, whole)) >= 0:
            start, index = data.rfind(b"\n", 0, found) + 1, data.index(b"\n", found) + 1
            if index - start > LONGEST_LINE - PIECE:
                return  # it may be too long to be read
            lines += data.count(b"\n", counted, start)
            counted = start
            opened, clean = recording.starts_in(data[start:index])
            if clean:
                yield position + start, exchanges, lines
            exchanges += opened
        lines += data.count(b"\n", counted, whole)
        position += whole
        block = file.read(_BLOCK)
        if not block:
            return
        data = data[whole:] + block


def read_part(
    file: IO[bytes],
    path: str,
    part: FileRange = WHOLE,
    *,
    on_demand: bool = False,
    count: LineCount | None = None,
) -> Iterator[Exchange]:
    """Yield the exchanges of one part of the recording in `file`, which must be seekable; `path` is its name in messages and
    exchanges. They have the numbers and lines that they have in the whole file. `count` counts the lines of the part.
    Raises UnreadableInput."""
    file.seek(part.start)
    pieces = _pieces(path, file.read, part)
    return read_pieces(pieces if count is None else _counted(pieces, count), path, part, on_demand=on_demand)


def _counted(pieces: Iterator[bytes], count: LineCount) -> Iterator[bytes]:
    for piece in pieces:
        count.lines += piece.count(b"\n")
        yield piece


def read_pieces(
    pieces: Iterator[bytes], path: str, part: FileRange = WHOLE, *, on_demand: bool = False
) -> Iterator[Exchange]:
    """Yield the exchanges of one part of a recording, whose bytes come in pieces of any size. Raises UnreadableInput."""
    source = Source(path, pieces, lines_before=part.lines)
    return recording.read_batches(
        source.batches(cut=True),
        path=path,
        largest=LARGEST_EXCHANGE,
        on_demand=on_demand,
        before=(part.exchanges, part.lines),
    )


def _pieces(path: str, read: Callable[[int], bytes], part: FileRange) -> Iterator[bytes]:
    left = None if part.stop is None else part.stop - part.start
    while left is None or left > 0:
        try:
            piece = read(PIECE if left is None else min(PIECE, left))
        except OSError as error:
            raise UnreadableInput(path, f"cannot be read ({error.strerror or error})") from None
        if not piece:
            return
        if left is not None:
            left -= len(piece)
        yield piece
