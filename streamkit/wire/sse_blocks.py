"""Decode an event stream without looking again at the pieces that are known to be one event each.

The events are those of `sse.decode` of the joined pieces; tests compare the two.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

from streamkit.wire import sse_runs
from streamkit.wire.columns import Later
from streamkit.wire.runs import FormRuns
from streamkit.wire.sse import LIMIT, Decoder
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


def decode_each(pieces: DividedBody, forms: FormRuns, size: int, ends: Callable[[], Sequence[int]]) -> Events | None:
    """Decode the body that `pieces` make, of `size` bytes, if each of them is one event; else return None.

    `ends` returns where they end, which only readers of positions have to know. Blocks that are whole, one after another, and
    without an id leave nothing behind; a byte order mark would not be in one.
    """
    if size > LIMIT:
        return None
    entries: list[Any] = list(range(len(pieces)))
    names: list[tuple[str, int]] = []
    for form, start, stop in forms:
        if form is not None:
            names.append((form.name, stop - start))
            continue
        for place, piece in enumerate(pieces[start:stop], start):
            only = sse_runs.only_block(piece)
            if only is None:
                return None
            entries[place] = only[0]
            names.append((only[1], 1))
    usual = all(name == "message" for name, _ in names)
    return Events(
        data=Payloads(entries, forms, pieces),
        starts=Later(len(entries), lambda: [0, *ends()[:-1]]),
        ends=Later(len(entries), lambda: list(ends())),
        names=None if usual else [name for name, count in names for _ in range(count)],
    )


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
