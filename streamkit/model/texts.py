"""The frames of a recording whose lines are decoded when they are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import overload

import orjson

from streamkit.wire.runs import FormRuns, Sizes
from streamkit.wire.sse_blocks import DividedBody


class LineBlock:
    """Lines of a recording that follow each other and begin with those of some frames; they are split when one is looked at.

    The frames are those of the exchange from number `first` up to `stop`. `count` is how many lines there are, as soon as that is
    known.
    """

    __slots__ = ("_split", "count", "first", "joined", "stop")

    def __init__(self, joined: bytes) -> None:
        self.joined = joined
        self.first = self.stop = 0
        self.count = -1
        self._split: list[bytes] | None = None

    def split(self) -> list[bytes]:
        """Return the lines."""
        if self._split is None:
            self._split = BytesIO(self.joined).readlines()
        return self._split

    def leading(self, count: int) -> list[bytes]:
        """Return the first lines."""
        return self.split()[:count]


class Texts(DividedBody):
    """Frames, each as bytes or as the line of a recording that holds it, alone or with others. A template has proved it valid.

    `forms` has the form of each frame that is a line, else None, and `sizes` the number of bytes of the frames.
    """

    __slots__ = ("_kept", "forms", "sizes")

    def __init__(self, kept: list[bytes | LineBlock], forms: FormRuns, sizes: Sizes) -> None:
        self._kept = kept
        self.forms = forms
        self.sizes = sizes

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        selected = range(len(self._kept))[index]
        return self._text(selected) if isinstance(selected, int) else list(map(self._text, selected))

    def __iter__(self) -> Iterator[bytes]:
        for form, start, stop in self.forms:
            kept = self._between(start, stop)
            yield from kept if form is None else map(_text_of, kept)

    def records(self, places: Sequence[int]) -> list[bytes]:
        """Return the lines at these places, in ascending order, whose frames have a form."""
        if places and places[-1] - places[0] + 1 == len(places):
            return self._between(places[0], places[-1] + 1)
        return list(map(self._record, places))

    def _between(self, start: int, stop: int) -> list[bytes]:
        """Return the lines from one place up to another."""
        found: list[bytes] = []
        while start < stop:
            kept = self._kept[start]
            if isinstance(kept, LineBlock):
                end = min(stop, kept.stop)
                found += kept.split()[start - kept.first : end - kept.first]
                start = end
            else:
                found.append(kept)
                start += 1
        return found

    def _record(self, index: int) -> bytes:
        kept = self._kept[index]
        return kept.split()[index - kept.first] if isinstance(kept, LineBlock) else kept

    def _text(self, index: int) -> bytes:
        record = self._record(index)
        return record if self.forms[index] is None else _text_of(record)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))


def _text_of(line: bytes) -> bytes:
    text: str = orjson.loads(line)["text"]
    return text.encode()
