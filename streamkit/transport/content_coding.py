"""Decode the content coding of a body while it arrives, up to a size limit.

gzip and deflate are in the standard library; br needs `brotli` or `brotlicffi` (1.2), zstd needs Python 3.14,
`backports.zstd` or `zstandard`.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from typing import Any

from streamkit.model.limits import LARGEST_DECODED

_BROTLI = ("brotli", "brotlicffi")
_ZSTD = ("compression.zstd", "backports.zstd")
_SLICE = 256  # bytes passed at once to a library without a limit: they may expand to a few megabytes


class TooLarge(Exception):
    """The decoded body exceeds the limit."""


class CannotDecode(Exception):
    """The bytes are not in the coding that the headers name; the message is the library's."""


class ContentDecoder:
    """Decode one body in one or more codings (`gzip, br`), to at most `limit` bytes.

    `supported` is False for a coding that cannot be decoded here.
    """

    def __init__(self, coding: str, limit: int = LARGEST_DECODED) -> None:
        self.coding = coding.strip().lower()
        names = [name.strip() for name in self.coding.split(",") if name.strip() not in ("", "identity")]
        self._inflaters = [_inflater(name) for name in reversed(names)]
        self._time_limit = limit
        self._size = 0

    @property
    def supported(self) -> bool:
        """Whether the coding can be decoded."""
        return all(inflater is not None for inflater in self._inflaters)

    def feed(self, data: bytes) -> bytes:
        """Decode these bytes; return b"" if more are needed. Raises TooLarge, CannotDecode."""
        for inflate in self._inflaters:
            if inflate is None:
                return data
            try:
                data = inflate(data, self._time_limit - self._size + 1)
            except Exception as error:  # each library has its own
                raise CannotDecode(str(error)) from error
        self._size += len(data)
        if self._size > self._time_limit:
            raise TooLarge(f"more than {self._time_limit >> 20} MiB decoded")
        return data


Inflate = Callable[[bytes, int], bytes]


def _inflater(coding: str) -> Inflate | None:
    """Return a function that decodes pieces of one body, each to roughly a given size at most, or None without a library."""
    if coding in ("gzip", "x-gzip"):
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress
    if coding == "deflate":
        return _Deflate()
    if coding == "br":
        return _first_available(_BROTLI, _brotli)
    if coding == "zstd":
        return _first_available(_ZSTD, lambda module: module.ZstdDecompressor().decompress) or _first_available(
            ("zstandard",), _zstandard
        )
    return None


def _first_available(names: tuple[str, ...], make: Callable[[Any], Inflate | None]) -> Inflate | None:
    """Return the result of `make` for the first of these modules that is installed and usable."""
    for name in names:
        try:
            made = make(importlib.import_module(name))
        except ImportError:
            continue
        if made is not None:
            return made
    return None


def _brotli(module: Any) -> Inflate | None:
    """Return the decoder of a brotli library; None before version 1.2, which cannot limit the output."""
    process = module.Decompressor().process
    try:
        process(b"", output_buffer_limit=1)
    except TypeError:
        return None
    return lambda data, room: process(data, output_buffer_limit=room)


def _zstandard(module: Any) -> Inflate:
    decompress = module.ZstdDecompressor().decompressobj().decompress

    def inflate(data: bytes, room: int) -> bytes:
        done = b""
        for at in range(0, len(data), _SLICE):
            done += decompress(data[at : at + _SLICE])
            if len(done) >= room:
                break
        return done

    return inflate


class _Deflate:
    """Decode `deflate`: zlib's format (RFC 9110, section 8.4.1.2), or raw deflate data, which some servers send."""

    def __init__(self) -> None:
        self._inflate: Inflate | None = None
        self._held = b""

    def __call__(self, data: bytes, room: int) -> bytes:
        if self._inflate is None:
            self._held += data
            if len(self._held) < 2:
                return b""
            data = self._held
            zlibs = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if zlibs else -zlib.MAX_WBITS).decompress
        return self._inflate(data, room)
