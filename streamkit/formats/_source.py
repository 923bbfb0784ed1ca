"""The bytes of one input, decompressed while they are read, with bounded memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, RawIOBase
from itertools import chain
from typing import IO, Any

from streamkit.errors import UnreadableInput
from streamkit.formats._remote import is_url, open_remote
from streamkit.model.limits import LARGEST_BODY as LARGEST_BODY
from streamkit.model.limits import LONGEST_LINE as LONGEST_LINE
from streamkit.model.recording import LongLine

HEAD = 64 * 1024  # the bytes that formats examine to recognise an input
PIECE = 64 * 1024  # one read

TOO_LONG = f"longer than {LONGEST_LINE >> 20} MiB"
_LONG_LINE_KEEPS = 4096  # bytes of a line that is too long

_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ZSTD_WINDOW_LOG = 26  # 64 MiB; the window that a frame may require


class Source:
    """One input while it is read: its first bytes (`head`), then all of them, once, as pieces, lines or a whole.

    `path` is as given by the user. `whole` is whether the head is the whole input, `message` describes how it was read if that
    is relevant; `lines_before` is the number of lines of the file before these bytes. `on_demand` is whether the reader of the
    exchanges looks at few of their frames, so that a format may leave frames to be decoded then.
    """

    def __init__(self, path: str, pieces: Iterator[bytes], message: str = "", *, lines_before: int = 0) -> None:
        self.path = path
        self.on_demand = False
        self.message = message
        self._lines_before = lines_before
        self._pieces = pieces
        start = bytearray()
        for piece in pieces:
            start += piece
            if len(start) >= HEAD:
                break
        self._start = bytes(start)
        self.head = self._start[:HEAD]
        self.whole = len(self._start) < HEAD

    def pieces(self) -> Iterator[bytes]:
        """Yield all bytes, in pieces of about 64 KiB."""
        start, self._start = self._start, b""
        if start:
            yield start
        yield from self._pieces

    def lines(self, *, cut: bool = False) -> Iterator[bytes]:
        """Return lines with their line feed; the last one may have none.

        A line that is longer than a line may be raises UnreadableInput, or, with `cut`, is replaced by a `LongLine`.
        """
        return chain.from_iterable(self.batches(cut=cut))

    def batches(self, *, cut: bool = False) -> Iterator[list[bytes]]:
        """Yield the same, those together that came together: the whole lines of a piece, with what was open before it."""
        number = self._lines_before + 1
        for block in self.blocks():
            if isinstance(block, LongLine) and not cut:
                raise UnreadableInput(self.path, f"a line {TOO_LONG}, which no stream has", line=number)
            lines: list[bytes] = [block] if isinstance(block, LongLine) else BytesIO(block).readlines()
            number += len(lines)
            yield lines

    def blocks(self) -> Iterator[bytes]:
        """Yield all bytes, each time up to the end of a line; the last line may have none. In place of a line that is longer than a
        line may be there is a `LongLine`."""
        kept: list[bytes] = []
        size = 0
        too_long = False
        for piece in self.pieces():
            end = piece.rfind(b"\n") + 1
            if end:
                start = piece.index(b"\n") + 1 if too_long else 0
                block = b"".join((*kept, piece[start:end]))
                too_long = False
                kept.clear()
                size = 0
                if block:
                    yield block
            if end < len(piece) and not too_long:
                kept.append(piece[end:])
                size += len(piece) - end
            if size > LONGEST_LINE:
                yield LongLine(b"".join(kept)[:_LONG_LINE_KEEPS])
                too_long = True
                kept.clear()
                size = 0
        if size:
            yield b"".join(kept)

    def all(self) -> bytes:
        """Return the whole input. Raises UnreadableInput if it is too large for a format that must be read whole."""
        kept = []
        size = 0
        for piece in self.pieces():
            size += len(piece)
            if size > LARGEST_BODY:
                raise UnreadableInput(
                    self.path,
                    f"larger than {LARGEST_BODY >> 20} MiB, and this format must be read whole",
                    remedy="split it, or keep it as a recording, which is read piece by piece",
                )
            kept.append(piece)
        return b"".join(kept)


@contextmanager
def opened_at(path: str, location: str | None = None) -> Iterator[Source]:
    """The input at this path (`-` is standard input), decompressed. Raises UnreadableInput if it cannot be opened.

    `location` is where it is, if messages call it something else.
    """
    if path == "-":
        yield _source(path, sys.stdin.buffer)
        return
    if is_url(location or path):
        with open_remote(location or path) as file:
            yield _source(path, file)
        return
    try:
        file = open(location or path, "rb")  # noqa: PTH123, SIM115
    except (OSError, ValueError) as error:
        raise UnreadableInput(path, _reason(path, error)) from None
    with file:
        yield _source(path, file)


@contextmanager
def opened(file: IO[bytes], name: str) -> Iterator[Source]:
    """An input that the caller opens and closes, decompressed; `name` is used as its path."""
    yield _source(name, file)


def _reason(path: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no file matches this pattern" if is_pattern(path) else "no such file"
    if isinstance(error, IsADirectoryError):
        return "the folder contains no files"
    message = error.strerror if isinstance(error, OSError) else None
    return f"cannot be opened ({message or error})"


def is_pattern(path: str) -> bool:
    """Return whether a path has the characters of a glob in it."""
    return any(character in path for character in "*?[")


def _source(path: str, file: IO[bytes]) -> Source:
    raw = _raw(path, file)
    first = next(raw, b"")
    while len(first) < 4 and (more := next(raw, b"")):
        first += more
    pieces = _chained(first, raw)
    if first.startswith(_GZIP):
        pieces = _gunzipped(path, pieces)
    elif first.startswith(_ZSTD):
        pieces = _unzstd(path, pieces)
    first = next(pieces, b"")
    while len(first) < 2 and (more := next(pieces, b"")):
        first += more
    pieces = _chained(first, pieces)
    if first.startswith(_UTF_16):
        return Source(path, _as_utf_8(path, pieces), "UTF-16, read as UTF-8")
    return Source(path, pieces)


def _raw(path: str, file: IO[bytes]) -> Iterator[bytes]:
    # read1 returns the available bytes, so that a pipe is read as it arrives.
    read = getattr(file, "read1", file.read)
    while True:
        try:
            piece = read(PIECE)
        except OSError as error:
            raise UnreadableInput(path, f"cannot be read ({error.strerror or error})") from None
        if not piece:
            return
        yield piece


def _as_utf_8(path: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield text in UTF-16 with a byte order mark, which older PowerShells write for `>`, as UTF-8."""
    import codecs

    decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")
    try:
        for piece in pieces:
            yield decoder.decode(piece).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise UnreadableInput(path, f"has a UTF-16 byte order mark but is not UTF-16 ({error.reason})") from None


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


class _Rest(RawIOBase):
    """Pieces of bytes as a file to read from: a read gives what is there, of a pipe too."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._left or next(self._pieces, b"")
        size = min(len(piece), len(buffer))
        buffer[:size] = piece[:size]
        self._left = piece[size:]
        return size


def _gunzipped(path: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    from gzip import GzipFile

    return _decompressed(path, "gzip", GzipFile(fileobj=_Rest(pieces)))


def _unzstd(path: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    zstd, options = zstd_library(path)
    return _decompressed(path, "zstd", zstd.ZstdFile(_Rest(pieces), options=options))


def zstd_library(path: str) -> tuple[Any, dict[int, int]]:
    """Return the module for zstd and the options that bound its memory. Raises UnreadableInput if it is not installed."""
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise UnreadableInput(
            path, "compressed with zstd, which needs a library", remedy="pip install 'llm-streamkit[zstd]'"
        ) from None
    return zstd, {int(zstd.DecompressionParameter.window_log_max): _ZSTD_WINDOW_LOG}


def _decompressed(path: str, name: str, file: Any) -> Iterator[bytes]:
    """Yield the content of a compressed file, at most one piece at a time, whatever the ratio; all its members."""
    while True:
        try:
            piece = file.read1(PIECE)
        except EOFError:
            raise UnreadableInput(
                path, f"the {name} data end in the middle", remedy="it was cut off; fetch it again"
            ) from None
        except UnreadableInput:
            raise
        except Exception as error:  # OSError, zlib.error or ZstdError, which may not be imported here
            raise UnreadableInput(path, f"damaged {name} data ({error})") from None
        if not piece:
            return
        yield piece
