"""Decode HTTP's chunked transfer coding (RFC 9112, section 7.1): each chunk is a frame with the time of its last byte."""

from __future__ import annotations

import re

from streamkit.model.exchange import Frame

_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]*\r?\n")


class ChunkedBody:
    """A chunked body while it arrives."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self.ended = False

    def feed(self, data: bytes, at: int | None, line: int | None) -> list[Frame]:
        """Return the chunks that these bytes complete."""
        self._kept += data
        found = []
        position = 0
        while not self.ended and (match := _SIZE.match(self._kept, position)):
            size = int(match[1], 16)
            if size == 0:
                self.ended = True
                break
            end = match.end() + size
            if len(self._kept) < end + 2:
                break
            found.append(Frame(bytes(self._kept[match.end() : end]), at, line))
            position = end + 2
        del self._kept[:position]
        return found

    def close(self, at: int | None, line: int | None) -> list[Frame]:
        """Return the chunk that the end of the body cut, as far as it was received."""
        match = _SIZE.match(self._kept)
        if self.ended or match is None or match.end() >= len(self._kept):
            return []
        return [Frame(bytes(self._kept[match.end() :]), at, line)]

    @staticmethod
    def begins(data: bytes) -> bool:
        """Return whether these first bytes of a body begin a chunk: newer versions of curl show bodies decoded."""
        return _SIZE.match(data) is not None
