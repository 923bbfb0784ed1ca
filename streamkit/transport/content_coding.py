"""Takes the content coding off a body while it arrives, never more than a limit: a recording holds what was meant.

gzip and deflate come with Python; br and zstd are taken off where their libraries are there.
"""

from __future__ import annotations

import importlib
import zlib
from typing import Any

LIMIT = 1 << 30  # bytes that one body may grow to


class TooLarge(Exception):
    """A body that grows beyond the limit."""


class CannotDecode(Exception):
    """Bytes that are not of the coding that the headers name; the message says what the library says."""


class Decoder:
    """One body in one coding; `known` is False for a coding that we cannot take off."""

    def __init__(self, coding: str) -> None:
        self.coding = coding.strip().lower()
        self._inflater = _inflater(self.coding)
        self._size = 0

    @property
    def known(self) -> bool:
        """Whether the coding can be taken off."""
        return self._inflater is not None

    def feed(self, data: bytes) -> bytes:
        """What these bytes hold; empty where it takes more to tell. Raises TooLarge, CannotDecode."""
        inflater = self._inflater
        if inflater is None:
            return data
        room = LIMIT - self._size + 1
        try:
            done: bytes = inflater.decompress(data) if self.coding == "br" else inflater.decompress(data, room)
        except Exception as error:  # each library has its own
            raise CannotDecode(str(error)) from error
        self._size += len(done)
        if self._size > LIMIT:
            raise TooLarge(f"more than {LIMIT >> 20} MiB decoded")
        return done


def _inflater(coding: str) -> Any:
    if coding in ("gzip", "x-gzip"):
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    if coding == "deflate":
        return zlib.decompressobj()
    names = {"br": (("brotli", "Decompressor"), ("brotlicffi", "Decompressor")),
             "zstd": (("compression.zstd", "ZstdDecompressor"), ("backports.zstd", "ZstdDecompressor"))}  # fmt: skip
    for module, name in names.get(coding, ()):
        try:
            return getattr(importlib.import_module(module), name)()
        except ImportError:
            continue
    return None
