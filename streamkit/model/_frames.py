"""The body of a response as it arrived: its frames, in columns."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import overload

from streamkit.frozen import dataclass
from streamkit.model._display import brief, tag
from streamkit.model.texts import Texts
from streamkit.text import counted


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of the body as the transport delivered it. `line` is its line in the file that was read."""

    data: bytes
    at: int | None = None
    line: int | None = None

    __repr__ = brief


@dataclass(frozen=True)
class Frames(Sequence[Frame]):
    """The frames of one body, stored in columns: a long stream takes a list of bytes and not one object per frame.

    Not slotted: values derived from the columns (the body, the offsets) are computed once, on first use.

    `verbatim` is true if the frames are the bytes of the file, so that a line feed in a frame starts a new line of the
    file. In a recording, each frame is one line of the file, whatever it contains.
    """

    data: Sequence[bytes] = ()
    at: Sequence[int | None] = ()
    lines: Sequence[int | None] = ()
    verbatim: bool = False

    @staticmethod
    def of(frames: Sequence[Frame]) -> Frames:
        """Return the same frames in columns."""
        return Frames([f.data for f in frames], [f.at for f in frames], [f.line for f in frames])

    def __repr__(self) -> str:
        return tag(self, counted(len(self), "frame"), f"{self.size:,} bytes")

    def __len__(self) -> int:
        return len(self.data)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> Frames: ...
    def __getitem__(self, index: int | slice) -> Frame | Frames:
        if isinstance(index, slice):
            return Frames(self.data[index], self.at[index], self.lines[index], self.verbatim)
        return Frame(self.data[index], self.at[index], self.lines[index])

    def __iter__(self) -> Iterator[Frame]:
        return map(Frame, self.data, self.at, self.lines)

    @cached_property
    def body(self) -> bytes:
        """The whole body: the frames joined."""
        return b"".join(self.data)

    def head(self, size: int) -> bytes:
        """Return the first bytes of the body, `size` of them or all."""
        pieces, left = [], size
        for data in self.data:
            pieces.append(data)
            left -= len(data)
            if left <= 0:
                break
        return b"".join(pieces)[:size]

    @cached_property
    def sizes(self) -> Sequence[int]:
        """The number of bytes of each frame."""
        return self.data.sizes.each() if isinstance(self.data, Texts) else list(map(len, self.data))

    @cached_property
    def size(self) -> int:
        """The number of bytes of the body."""
        return self.data.sizes.total if isinstance(self.data, Texts) else sum(self.sizes)

    @cached_property
    def ends(self) -> list[int]:
        """For each frame, the offset after its last byte."""
        return list(accumulate(self.sizes))

    @cached_property
    def sha256(self) -> str:
        """The digest of the body, in hexadecimal."""
        import hashlib  # imports a large library that few readers need

        return hashlib.sha256(self.body).hexdigest()

    def holding(self, byte: int) -> int | None:
        """Return the index of the frame with this byte of the body, or None."""
        index = bisect.bisect_right(self.ends, byte)
        return index if index < len(self.data) else None

    def line_of(self, byte: int) -> int | None:
        """Return the line of this byte in the file that was read, or None if it has no lines."""
        index = self.holding(byte)
        if index is None:
            index = len(self.data) - 1
        if index < 0:
            return None
        line = self.lines[index]
        if line is None or not self.verbatim:
            return line
        start = self.ends[index] - len(self.data[index])
        return line + self.data[index].count(b"\n", 0, max(byte - start, 0))
