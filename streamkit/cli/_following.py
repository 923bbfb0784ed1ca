"""Follow recordings that are being written: one item by item, like `tail -f`, or the exchanges of a folder as they end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from streamkit.apis import interpret
from streamkit.cli._timeline_page import Page
from streamkit.errors import UnreadableInput
from streamkit.model import recording
from streamkit.model.exchange import Exchange, Frames
from streamkit.model.stream import Stream
from streamkit.model.timeline import timeline

_POLL_S = 0.1
_READ = 1 << 23
_END = b'{"type":"end"'


def follow_recording(path: str, page: Page, *, api: str | None = None, dialect: str | None = None) -> int:
    """Show every existing and new item of the recording at `path`, until interrupted.

    Only the lines of the current exchange are kept and parsed again. Items are shown once the API of the stream is known,
    so the first line may be delayed until the first chunk. Raises UnreadableInput.
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
        """Show the new items of this stream, and its tail and verdict once it has ended."""
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
    """A growing file: how far it was read, and the lines of the exchange that has not ended yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = self._line = self._number = self._first_line = 0
        self._lines: list[bytes] = []
        self._torn = b""

    def ended(self) -> Iterator[Exchange]:
        """Yield the exchanges that have ended since the last call."""
        for line in self._new_lines():
            self._line += 1
            if line.startswith(recording.START):
                yield from self._close()
                self._number, self._first_line = self._number + 1, self._line
            elif not self._lines:
                continue
            self._lines.append(line)
            if line.startswith(_END):
                yield from self._close()

    def _new_lines(self) -> list[bytes]:
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(_READ)
        except OSError:
            return []
        self._offset += len(data)
        whole, _, self._torn = (self._torn + data).rpartition(b"\n")
        return whole.split(b"\n") if whole else []

    def _close(self) -> Iterator[Exchange]:
        if self._lines:
            yield _read(self._lines, str(self._path), self._number, self._first_line)
            self._lines = []


def _growing(path: str) -> Iterator[tuple[Exchange, bool]]:
    """Yield the current exchange whenever it has grown, and whether it is still open."""
    lines: list[bytes] = []
    number = first_line = line_number = 0
    for batch in _batches(path):
        grown = False
        for line in batch:
            line_number += 1
            if line.startswith(recording.START):
                if lines:
                    yield _read(lines, path, number, first_line), False
                lines, number, first_line = [], number + 1, line_number
            if number:
                lines.append(line)
                grown = True
        if grown:
            closed = b'"type":"end"' in lines[-1][:20]
            yield _read(lines, path, number, first_line), not closed
            if closed:
                lines = []


def _batches(path: str) -> Iterator[list[bytes]]:
    """Yield the complete lines appended to the file since the last read."""
    with _opened(path) as file:
        head = file.read(1 << 16)
        if head and not recording.recognises(head):
            raise UnreadableInput(path, "not a recording", remedy="--follow reads recordings only")
        file.seek(0)
        torn = b""
        while True:
            data = torn + file.read()
            whole, _, torn = data.rpartition(b"\n")
            if whole:
                yield whole.split(b"\n")
            time.sleep(_POLL_S)


def _opened(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise UnreadableInput(path, f"cannot be opened: {error.strerror}") from error


def _read(lines: list[bytes], path: str, number: int, first_line: int) -> Exchange:
    """Parse these lines, with line numbers in the whole file. A missing end line is not damage while the file grows."""
    [exchange] = recording.read((line + b"\n" for line in lines), path=path)
    before = first_line - 1
    frames = exchange.frames
    return replace(
        exchange,
        frames=Frames(frames.data, frames.at, [line and line + before for line in frames.lines]),
        origin=replace(exchange.origin, number=number, line=first_line),
        damage=tuple(damage for damage in exchange.damage if damage.kind != "missing-end"),
    )
