"""Writes a command's output: unchanged to a file or a pipe, escaped to a terminal."""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click
import orjson

from streamkit.cli.options import Console
from streamkit.frozen import dataclass
from streamkit.palette import PLAIN, Palette, safe_painted
from streamkit.patterns import pattern
from streamkit.stdio import stdout_is_terminal
from streamkit.text import SafePieces, safe_json, safe_text, to_ascii, without_commands

if TYPE_CHECKING:
    from streamkit.files import Output

_BLOCK = 16_384  # characters
_LINES = 256
"""Lines that are written together: some tens of kilobytes."""

# A JSON string, and the colon after it if it is a key.
_JSON_STRING = pattern(r'("(?:[^"\\]|\\.)*")(:?)')


@dataclass(frozen=True, slots=True)
class Look:
    """How an output shows text: escaped if it is `safe`, JSON and documents in the colors of `paint_data`."""

    safe: bool = False
    paint_data: Palette = PLAIN

    def text(self, text: str) -> str:
        """Return text as it is shown, with a line feed at its end."""
        return (safe_text(text) if self.safe else text) + ("" if text.endswith("\n") else "\n")

    def json(self, value: Any, *, indent: bool = False) -> str:
        """Return a JSON value as it is shown, on one line or indented."""
        text = to_json_text(value, indent=indent)
        if self.safe:
            text = safe_json(text)
        return (painted_json(text, self.paint_data) if indent else text) + "\n"


class CommandOutput:
    """The output of one command.

    The file of `-o` is opened immediately, so that an existing file is reported before any work. A command that fails before it
    writes does not change an existing file and does not leave a new one.

    `paint` colors text, and `paint_data` JSON and documents; a file gets no colors, and neither does anything without a
    `console`.
    """

    def __init__(
        self, path: str | None = None, *, force: bool = False, prose: bool = False, console: Console | None = None
    ) -> None:
        self._file: Output | None = _created(path, force=force) if path and path != "-" else None
        self._untouched, self._new = self._file is not None, not force
        colors = console if self._file is None else None
        self.terminal = self._file is None and stdout_is_terminal()
        self.paint = colors.paint if colors else PLAIN
        self.paint_data = colors.paint_data if colors else PLAIN
        # Colors are for a person, at the end of a pager if nowhere else.
        self._safe = self.terminal or self.paint.on
        self.look = Look(self._safe, self.paint_data)
        # `prose` is text for a person: ASCII only, if the encoding or the terminal requires it.
        self.ascii_only = prose and self._file is None and ascii_only()

    def text(self, text: str) -> None:
        """Write text, adding a line feed at the end if it has none."""
        self._write(self.look.text(text))

    def piece(self, text: str, *, json: bool = False) -> None:
        """Write a piece of a longer text; `json` if that is JSON."""
        if self._safe:
            text = safe_json(text) if json else safe_text(text)
        self._write(text)

    def painted(self, text: str, *, data: bool = False) -> None:
        """Write a piece of a longer text that `paint` may have colored. Unless it is `data`, it contains no command for a CI log."""
        text = text if data else without_commands(text)
        self._write(safe_painted(text) if self._safe else text)

    def line(self, shown: str, *, data: bool = False) -> None:
        """Write a line that is escaped already, because it contains colors of our own."""
        self._write((shown if data else without_commands(shown)) + "\n")

    def lines(self, shown: Iterable[str], *, data: bool = False) -> None:
        """Write lines that are escaped already, many at a time: a system call per line costs more than making the line."""
        remaining = iter(shown)
        while batch := list(islice(remaining, _LINES)):
            text = "\n".join(batch) + "\n"
            self._write(text if data else without_commands(text))

    def blocks(self, shown: Iterable[str]) -> None:
        """Write lines that are escaped already; each text is one line or several. Some tens of kilobytes are written together."""
        batch: list[str] = []
        size = 0
        for block in shown:
            batch.append(block)
            size += len(block)
            if size >= _BLOCK:
                self.lines(batch)
                batch, size = [], 0
        self.lines(batch)

    def shown(self, text: str) -> None:
        """Write text that `look` returned."""
        self._write(text)

    def control(self, sequence: str) -> None:
        """Write a control sequence of our own to a terminal."""
        self._write(sequence)

    def json(self, value: Any, *, indent: bool = False) -> None:
        """Write a JSON value, on one line or indented."""
        self._write(self.look.json(value, indent=indent))

    def json_lines(self, values: Iterable[Any]) -> None:
        """Write JSON values, one per line."""
        texts = map(to_json_text, values)
        self.lines(map(safe_json, texts) if self._safe else texts, data=True)

    def _write(self, text: str) -> None:
        if self.ascii_only:
            text = to_ascii(text)
        data = text.encode("utf-8" if _utf8() or not self.ascii_only else "ascii", "backslashreplace")
        if self._file is not None:
            self._begin(self._file)
            self._file.write(data)
        else:
            click.echo(data, nl=False)

    def __enter__(self) -> CommandOutput:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        if kind is None:
            self._begin(self._file)
        self._file.close()
        if self._untouched and self._new and os.path.isfile(self._file.path):
            os.unlink(self._file.path)

    def _begin(self, file: Output) -> None:
        """Remove the previous content of the file before the first write."""
        if self._untouched:
            file.empty()
            self._untouched = False


def _created(path: str, *, force: bool) -> Output:
    from streamkit.files import create  # not needed by most commands, and takes as long as reading a small stream

    return create(path, force=force, keep=True)


def ascii_only() -> bool:
    """Return whether stdout can show ASCII only, because of its encoding or the terminal's font."""
    return not _utf8() or os.environ.get("TERM") in ("dumb", "linux")


def _utf8() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")


def visible(pieces: Iterable[bytes], path: str, *, json: bool) -> Iterator[bytes]:
    """Yield the bytes to write to `path`, escaped if that is a terminal.

    JSON (and the quoted strings of YAML) keep their value.
    """
    if path != "-" or not stdout_is_terminal():
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    safe = SafePieces(json=json)
    for piece in pieces:
        yield safe.feed(decoder.decode(piece)).encode()
    yield (safe.feed(decoder.decode(b"", final=True)) + safe.close()).encode()


def painted_json(text: str, paint: Palette) -> str:
    """Return indented JSON with its keys and strings in color."""
    if not paint.on:
        return text
    return _JSON_STRING.sub(lambda match: paint("info" if match[2] else "good", match[1]) + match[2], text)


def to_json_text(value: Any, *, indent: bool = False) -> str:
    """Return JSON text of any value parsed from JSON, including what orjson rejects (huge integers, lone surrogates)."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None).decode()
    except orjson.JSONEncodeError:
        with _deep_recursion():
            return json.dumps(value, indent=2 if indent else None, separators=None if indent else (",", ":"))


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Raise the recursion limit for values as deep as the decoder accepts (1,024 levels); the encoder recurses per level."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 10_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
