"""Decode an event stream without looking again at the pieces that are known to be one event each.

The events are those of `sse.decode` of the joined pieces; tests compare the two.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, overload

from streamkit.wire.runs import FormRuns
from streamkit.wire.sse import Decoder
from streamkit.wire.values import Events


class DividedBody(Sequence[bytes]):
    """The pieces of a body. Each that has a form is made from a record."""

    __slots__ = ()

    @abstractmethod
    def records(self, places: Sequence[int]) -> list[bytes]:
        """Return the records of the pieces at these places, which have forms."""


class Payloads(Sequence[bytes]):
    """The data of events: bytes, or the number of the piece that is the event, whose payload is cut out when looked at."""

    __slots__ = ("_entries", "_pieces", "forms")

    def __init__(self, entries: list[Any], forms: FormRuns, pieces: DividedBody) -> None:
        self._entries = entries
        self._pieces = pieces
        self.forms = forms

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        places = range(len(self._entries))[index]
        return self._payload(places) if isinstance(places, int) else list(map(self._payload, places))

    def __iter__(self) -> Iterator[bytes]:
        return map(self._payload, range(len(self._entries)))

    def _payload(self, index: int) -> bytes:
        entry, form = self._entries[index], self.forms[index]
        if form is None:
            return entry  # type: ignore[no-any-return]
        piece: bytes = self._pieces[entry]
        return piece[form.before : -form.after]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))

    def first(self, count: int) -> Payloads:
        """Return the payloads of the first `count` events."""
        return Payloads(self._entries[:count], self.forms.between(0, count), self._pieces)

    def records(self, start: int, stop: int) -> list[bytes]:
        """Return the records that events of one form were made from."""
        return self._pieces.records(self._entries[start:stop])

    def sizes(self, of_pieces: Sequence[int]) -> list[int]:
        """Return the number of bytes of each payload; `of_pieces` are those of the pieces."""
        found: list[int] = []
        for form, start, stop in self.forms:
            entries = self._entries[start:stop]
            if form is None:
                found += map(len, entries)
            else:
                around = form.before + form.after
                found += [of_pieces[entry] - around for entry in entries]
        return found


def decode(pieces: DividedBody, forms: FormRuns, ends: Sequence[int]) -> Events:
    """Decode the body that `pieces` make, which end at `ends`; a piece with a form is known to be one event of that form."""
    decoder = Decoder()
    known = FormRuns()
    for form, start, stop in forms:
        if form is not None and decoder.take_blocks(range(start, stop), ends[start:stop], form.name):
            known.add(form, stop - start)
        else:
            decoder.take(b"".join(pieces[start:stop]))
            known.add(None, decoder.count - len(known))
    return decoder.finished(lambda data: Payloads(data, known, pieces))
