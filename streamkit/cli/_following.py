"""Follow recordings that are being written: one item by item, like `tail -f`, or the exchanges of a folder as they end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from streamkit.apis import interpret
from streamkit.cli._timeline_page import Page
from streamkit.errors import UnreadableInput
from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.model.limits import LARGEST_EXCHANGE, LONGEST_LINE
from streamkit.model.stream import Stream
from streamkit.model.timeline import timeline

_POLL_S = 0.1
_READ = 1 << 23
_LONG_LINE_KEEPS = 4096  # bytes


def follow_recording(path: str, page: Page, *, api: str | None = None, dialect: str | None = None) -> int:
    """Show every existing and new item of the recording at `path`, until interrupted.

    Only the current exchange is kept. Items are shown once the API of the stream is known, so the first line may be delayed until
    the first chunk. Raises UnreadableInput.
    """
    shown = _Shown(page)
    for exchange, open_ in _growing(path):
        shown.show(interpret(exchange, api=api, dialect=dialect), ended=not open_)
    return 0


class _Shown:
    """Keeps track of how much of the current exchange has been shown."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._number = 0
        self._items = 0

    def show(self, stream: Stream, *, ended: bool) -> None:
        """Show the new items of this stream; once it has ended, its tail, its verdict and the remarks on it."""
        if not stream.chunks and not ended:
            return
        if stream.number != self._number:
            self._number, self._items = stream.number, 0
            self._page.begin(stream)
        new = [moment for moment in timeline(stream) if moment.n > self._items and (ended or moment.kind != "tail")]
        self._page.show(stream, new)
        self._items += len(new)
        if ended:
            self._page.end(stream)
            self._page.remark(stream)


def ended_exchanges(path: str) -> Iterator[Exchange]:
    """Yield every exchange of a recording, or of all `.jsonl` recordings below a folder, when it has ended.

    Runs until interrupted. Raises UnreadableInput as `ended_and_pauses` does.
    """
    return (exchange for exchange in ended_and_pauses(path) if exchange is not None)


def ended_and_pauses(path: str) -> Iterator[Exchange | None]:
    """Yield the same exchanges, and None whenever there is nothing more to read for now.

    New files are read too; files that are not recordings are skipped. Raises UnreadableInput if `path` does not exist.
    """
    root = Path(path)
    if not root.exists():
        raise UnreadableInput(path, "no such file or folder")
    growing: dict[Path, _Growing] = {}
    while True:
        for file in sorted(root.rglob("*.jsonl")) if root.is_dir() else [root]:
            yield from growing.setdefault(file, _Growing(file)).ended()
        yield None
        time.sleep(_POLL_S)


class _Growing:
    """A growing file: how far it was read, and the exchange that has not ended yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._lines = _Lines()
        self._recording = recording.Growing(str(path), largest=LARGEST_EXCHANGE)

    def ended(self) -> Iterator[Exchange]:
        """Yield the exchanges that have ended since the last call."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(_READ)
        except OSError:
            return
        self._offset += len(data)
        yield from self._recording.take(self._lines.take(data))


class _Lines:
    """Divides what is appended to a file into lines. Of a line that is too long for a recording only the beginning is kept."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []
        self._size = 0
        self._long = False

    def take(self, data: bytes) -> list[bytes]:
        """Return the lines that these bytes complete, with their line feeds."""
        lines = BytesIO(data).readlines()
        torn = lines.pop() if lines and not data.endswith(b"\n") else b""
        if lines and self._size:
            line = b"".join((*self._begun, lines[0]))
            lines[0] = recording.LongLine(line[:_LONG_LINE_KEEPS]) if self._long else line
            self._begun, self._size, self._long = [], 0, False
        if torn and not self._long:
            self._begun.append(torn)
            self._size += len(torn)
            if self._size > LONGEST_LINE:
                self._begun, self._long = [b"".join(self._begun)[:_LONG_LINE_KEEPS]], True
        return lines


def _growing(path: str) -> Iterator[tuple[Exchange, bool]]:
    """Yield each exchange when it has ended, and the last one also whenever it has grown; and whether it is still open."""
    growing = recording.Growing(path, largest=LARGEST_EXCHANGE)
    for lines in _batches(path):
        if lines is not None:
            for exchange in growing.take(lines):
                yield exchange, False
        elif (current := growing.current()) is not None:
            yield current, True


def _batches(path: str) -> Iterator[list[bytes] | None]:
    """Yield the complete lines appended to the file since the last read, and None after those that are the last for now."""
    with _opened(path) as file:
        head = file.read(1 << 16)
        if head and not recording.recognises(head):
            raise UnreadableInput(path, "not a recording", remedy="--follow reads recordings only")
        file.seek(0)
        lines = _Lines()
        grown = False
        while True:
            data = file.read(_READ)
            if whole := lines.take(data):
                grown = True
                yield whole
            if len(data) < _READ:
                if grown:
                    yield None
                grown = False
                time.sleep(_POLL_S)


def _opened(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise UnreadableInput(path, f"cannot be opened: {error.strerror}") from error
