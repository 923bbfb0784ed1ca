"""The frames of a recording whose lines are decoded when they are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import orjson

from streamkit.wire.runs import FormRuns
from streamkit.wire.sse_blocks import DividedBody


class Texts(DividedBody):
    """Frames, each as bytes or as the line of a recording that holds it, which a template has proved to be valid.

    `forms` has the form of each frame that is a line, else None, and `sizes` the number of bytes of each frame.
    """

    __slots__ = ("_kept", "forms", "sizes")

    def __init__(self, kept: list[bytes], forms: FormRuns, sizes: list[int]) -> None:
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
            yield from self._kept[start:stop] if form is None else map(_text_of, self._kept[start:stop])

    def records(self, places: Sequence[int]) -> list[bytes]:
        """Return the lines at places whose frames have a form."""
        return list(map(self._kept.__getitem__, places))

    def _text(self, index: int) -> bytes:
        kept = self._kept[index]
        return kept if self.forms[index] is None else _text_of(kept)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))


def _text_of(line: bytes) -> bytes:
    text: str = orjson.loads(line)["text"]
    return text.encode()
