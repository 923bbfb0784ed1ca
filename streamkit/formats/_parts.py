"""Parts of a large recording, cut where an exchange begins, so that several processes can read one file."""

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

_BLOCK = 1 << 20  # one read while looking for places to cut
# Every line that starts an exchange has this key, and other lines contain it only by accident.
_KEY = b'"streamkit"'


@dataclass(frozen=True, slots=True)
class FileRange:
    """The bytes of a recording from `start` (inclusive) to `stop` (exclusive; None is the end of the file), with the number of
    `exchanges` and `lines` before them."""

    start: int = 0
    stop: int | None = None
    exchanges: int = 0
    lines: int = 0


WHOLE = FileRange()


def parts(file: IO[bytes], size: int) -> Iterator[FileRange]:
    """Yield the parts of the recording in `file`, each of about `size` bytes or of one exchange that is larger.

    `file` is read from its beginning. A file that is not a recording, is compressed or does not begin with an exchange is one
    part. The exchanges of all parts, in order, are those of the file.
    """
    head = file.read(HEAD)
    if not head.startswith(recording.START) or not _is_recording(head):
        yield WHOLE
        return
    begun = WHOLE
    for start, exchanges, lines in _starts(file, head):
        if start - begun.start >= size:
            yield FileRange(begun.start, start, begun.exchanges, begun.lines)
            begun = FileRange(start, None, exchanges, lines)
    yield begun


def _is_recording(head: bytes) -> bool:
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


def read_part(file: IO[bytes], path: str, part: FileRange = WHOLE, *, on_demand: bool = False) -> Iterator[Exchange]:
    """Yield the exchanges of one part of the recording in `file`, which must be seekable; `path` is its name in messages and
    exchanges. They have the numbers and lines that they have in the whole file. Raises UnreadableInput."""
    file.seek(part.start)
    return read_pieces(_pieces(path, file.read, part), path, part, on_demand=on_demand)


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
