"""Takes the content coding off a body while it arrives, never more than a limit: a recording holds what was meant.

gzip and deflate come with Python; br is taken off where `brotli` or `brotlicffi` (1.2) is installed, zstd with Python 3.14,
`backports.zstd` or `zstandard`.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from typing import Any

LIMIT = 1 << 30  # bytes that one body may grow to

_BROTLI = ("brotli", "brotlicffi")
_ZSTD = ("compression.zstd", "backports.zstd")
_SLICE = 256  # bytes given at once to a library that takes no limit: some megabytes may come of them


class TooLarge(Exception):
    """A body that grows beyond the limit."""


class CannotDecode(Exception):
    """Bytes that are not of the coding that the headers name; the message is the library's."""


class Decoder:
    """One body in one coding, or in several one after another (`gzip, br`), which may grow to `limit` bytes.

    `known` is False for a coding that cannot be taken off.
    """

    def __init__(self, coding: str, limit: int = LIMIT) -> None:
        self.coding = coding.strip().lower()
        names = [name.strip() for name in self.coding.split(",") if name.strip() not in ("", "identity")]
        self._inflaters = [_inflater(name) for name in reversed(names)]
        self._limit = limit
        self._size = 0

    @property
    def known(self) -> bool:
        """Whether the coding can be taken off."""
        return all(inflater is not None for inflater in self._inflaters)

    def feed(self, data: bytes) -> bytes:
        """What these bytes hold; empty where it takes more to tell. Raises TooLarge, CannotDecode."""
        for inflate in self._inflaters:
            if inflate is None:
                return data
            try:
                data = inflate(data, self._limit - self._size + 1)
            except Exception as error:  # each library has its own
                raise CannotDecode(str(error)) from error
        self._size += len(data)
        if self._size > self._limit:
            raise TooLarge(f"more than {self._limit >> 20} MiB decoded")
        return data


Inflate = Callable[[bytes, int], bytes]


def _inflater(coding: str) -> Inflate | None:
    """What decodes pieces of one body, each to no more than about so many bytes; None where no library does."""
    if coding in ("gzip", "x-gzip"):
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress
    if coding == "deflate":
        return _Deflate()
    if coding == "br":
        return _first(_BROTLI, _brotli)
    if coding == "zstd":
        return _first(_ZSTD, lambda module: module.ZstdDecompressor().decompress) or _first(("zstandard",), _zstandard)
    return None


def _first(names: tuple[str, ...], make: Callable[[Any], Inflate | None]) -> Inflate | None:
    """What the first of these modules gives that is installed and can be used."""
    for name in names:
        try:
            made = make(importlib.import_module(name))
        except ImportError:
            continue
        if made is not None:
            return made
    return None


def _brotli(module: Any) -> Inflate | None:
    """Before 1.2, both libraries let a few bytes grow without end: those are not used."""
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
    """`deflate` is zlib's format (RFC 9110, section 8.4.1.2); some servers send it without zlib's two bytes in front."""

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
