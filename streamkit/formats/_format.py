"""The file formats of streams, and `read(source)`, which reads all of them.

A format is one file of this folder with one `Format`. It is detected by the content of the input, never by its name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from io import BytesIO, TextIOBase
from typing import TYPE_CHECKING, BinaryIO

from streamkit.errors import UnknownForm, UnreadableInput
from streamkit.formats._remote import is_url, remote_files
from streamkit.formats._source import Source, is_pattern, opened, opened_at
from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange, Repair
from streamkit.registry import Catalogue

if TYPE_CHECKING:
    from pathlib import Path

_MISREAD = (":", "=", "+", "@", "#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A file format of streams.

    - `name`: its name (`Import.format`); `short`: a shorter one for `convert --to`; `title`: a description.
    - `recognises`: whether an input is in this format, by its first 64 KiB (fewer if it is shorter). Formats are tried in
      ascending `order`: strict ones first, tolerant ones last.
    - `read`: yields the exchanges one by one, and raises only UnreadableInput.
    - `write`: yields the bytes of a file with these exchanges; None if the format is read only. `many`: whether a file can
      contain more than one exchange; `suffixes`: those of its files, the usual one first (default: the name).
    - `loses`: returns short descriptions of what the format cannot represent of an exchange. `sent`: whether it can
      represent what the client of a WebSocket sent.
    """

    name: str
    title: str
    order: int
    recognises: Callable[[bytes], bool]
    read: Callable[[Source], Iterator[Exchange]]
    write: Callable[[Iterable[Exchange]], Iterator[bytes]] | None = None
    loses: Callable[[Exchange], Sequence[str]] = lambda _: ()
    short: str = ""
    many: bool = True
    suffixes: tuple[str, ...] = ()
    sent: bool = False


FORMATS: Catalogue[Format] = Catalogue("streamkit.formats", Format, lambda entry: entry.name)


@dataclass(frozen=True, slots=True)
class FoundInput:
    """An input: its path, and whether the user named it (rather than a folder or pattern that contains it), and its size in bytes and
    its version if the listing had one."""

    path: str
    named: bool
    size: int | None = None
    version: str = ""


def read(
    source: str | Path | bytes | BinaryIO, *, format: str | None = None, on_demand: bool = False
) -> Iterator[Exchange]:
    """Return the exchanges of `source`, one at a time, whatever format they are kept in.

    `source` is a path (`-` is standard input; `file#3` the third exchange of `file`, unless a file has that very name),
    the bytes themselves, or a binary file open for reading, which is read from its current position and is not closed. gzip and
    zstd are decompressed. `format` names an entry of `FORMATS` instead of finding it by content. `on_demand` lets a recording
    decode each frame whenever it is looked at, which is faster for a reader that looks at few.

    Raises TypeError for anything else at once; while it is read UnreadableInput, and UnknownForm where no format fits.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return _read(opened(BytesIO(source), "-"), format, on_demand)
    if isinstance(source, str | os.PathLike):
        return read_at(str(source), str(source), format=format, on_demand=on_demand)
    if not hasattr(source, "read"):
        raise TypeError(f"expected a path, bytes or a binary file, not {type(source).__name__}")
    if isinstance(source, TextIOBase):
        raise TypeError("expected a file open in binary mode: open it with mode 'rb'")
    name = getattr(source, "name", None)
    return _read(opened(source, name if isinstance(name, str) else "-"), format, on_demand)


def read_at(location: str, path: str, *, format: str | None = None, on_demand: bool = False) -> Iterator[Exchange]:
    """Return the same for the input at `location`, which messages and exchanges call `path`."""
    location, wanted = _split(location)
    if wanted is not None:
        path = path.rpartition("#")[0]
    exchanges = _read(opened_at(path, location), format, on_demand)
    if wanted is None:
        yield from exchanges
        return
    number = 0
    for number, exchange in enumerate(exchanges, 1):
        if number == wanted:
            yield exchange
            return
    raise UnreadableInput(path, f"has no exchange {wanted}; it contains {number}")


def find(paths: Sequence[str]) -> Iterator[FoundInput]:
    """Yield the inputs at these paths, in a stable order: files as given, folders and patterns sorted by name.

    Hidden files are skipped. A folder or pattern without files is returned unchanged, so that `read` rejects it.
    """
    for path in paths:
        if is_url(path):
            yield from _remote(path)
            continue
        if path != "-" and os.path.isdir(path):
            inside = list(map(_as_path, _walk(path)))
        elif is_pattern(path) and not os.path.lexists(path):
            import glob

            matches = glob.glob(path, recursive=True)
            inside = sorted(_as_path(match) for match in matches if os.path.isfile(match))
        else:
            yield FoundInput(_as_path(path), named=True)
            continue
        yield from (FoundInput(file, named=False) for file in inside)
        if not inside:
            yield FoundInput(path, named=True)


def _remote(url: str) -> Iterator[FoundInput]:
    """Yield the inputs at a URL. What cannot be listed is returned unchanged, so that `read` rejects it."""
    if _split(url)[1] is not None:
        yield FoundInput(url, named=True)
        return
    try:
        files = list(remote_files(url))
    except UnreadableInput:
        files = []
    yield from (FoundInput(name, named=name == url, size=size, version=version) for name, size, version in files)
    if not files:
        yield FoundInput(url, named=True)


def _as_path(name: str) -> str:
    """Return the path with `./` before a name that would be something else at the start of a line or a cell: a workflow command
    (`::error::x`), a formula (`=x`)."""
    return f"./{name}" if name.startswith(_MISREAD) else name


def version_of(found: FoundInput) -> str:
    """Return what changes when an input is written again: the store's version of it, or the size and the time of a file. Empty if
    that is not known."""
    if found.version or found.path == "-" or is_url(found.path):
        return found.version
    try:
        about = os.stat(found.path)
    except OSError:
        return ""
    return f"{about.st_size}-{about.st_mtime_ns}"


def size_of(path: str) -> int:
    """Return the size of an input in bytes; 0 for what cannot be measured."""
    for candidate in (path, _split(path)[0]):
        with suppress(OSError):
            return os.stat(candidate).st_size
    return 0


def ordered() -> list[Format]:
    """Return all formats, in the order in which they are tried."""
    return sorted(FORMATS.values(), key=lambda entry: (entry.order, entry.name))


def _read(input: AbstractContextManager[Source], format: str | None, on_demand: bool) -> Iterator[Exchange]:
    with input as source:
        source.on_demand = on_demand
        if not source.head:
            raise UnreadableInput(source.path, "the input is empty")
        chosen = FORMATS[format] if format else _choose(source)
        for exchange in chosen.read(source):
            yield _with(exchange, source.message) if source.message else exchange


def _with(exchange: Exchange, message: str) -> Exchange:
    """Return the exchange, with a note on what was done to read its file."""
    imported = exchange.imported
    if imported is None:
        return exchange
    repairs = (Repair(1, "repaired", message), *imported.repairs)
    return replace(exchange, imported=replace(imported, repairs=repairs))


def _choose(source: Source) -> Format:
    for entry in ordered():
        if entry.recognises(source.head):
            return entry
    raise unknown_format(source.path)


def unknown_format(path: str) -> UnknownForm:
    """Return the exception if no format recognises the input: it lists what was tried."""
    tried = "; ".join(entry.title for entry in ordered())
    return UnknownForm(path, f"not a stream in any known format; tried: {tried}")


def _split(path: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(.+)#([1-9][0-9]{0,8})", path, re.DOTALL) if "#" in path else None
    if match is None or os.path.lexists(path):
        return path, None
    return match[1], int(match[2])


def _walk(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(parent, name) for name in sorted(files) if not name.startswith("."))
