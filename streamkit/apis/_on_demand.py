"""Chunks that are decoded whenever they are looked at, for readers that need the flags of all and the content of few.

A decoded chunk is a handful of objects in some two kilobytes. Those of a whole stream, kept, leave the processor's cache
before anything has looked at them; decoding one again costs less than having kept it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, overload

import orjson

from streamkit.model.message import Delta
from streamkit.model.timeline import Alike
from streamkit.wire.runs import FormRuns
from streamkit.wire.sse_blocks import Payloads
from streamkit.wire.templates import FILLER, Cuts, Form

Chunk = dict[str, Any]
Flags = Callable[[Sequence[Chunk]], list[int]]
Joins = Callable[[Chunk, str], bool]
DeltaReader = Callable[[Chunk], tuple[Delta, ...]]

HEAD = 32
"""Chunks at the beginning of a stream that are kept when they were looked at together."""

_LEAST_JOINED, _JOINED = 4, 512
"""Chunks that are joined, at least and at most: to join fewer saves nothing."""

_BATCH = 64
"""Chunks that are decoded together: few enough to stay in the cache."""


class NotAnObject(Exception):
    """A payload is not a JSON object, so that a stream cannot be read on demand."""


class ChunksOnDemand(Sequence[dict[str, Any]]):
    """The JSON objects in `payloads`. Only the payloads are kept; each access returns a new object.

    Nothing is decoded beforehand: any access raises NotAnObject if a payload is something else.
    """

    __slots__ = ("_head", "_payloads")

    def __init__(self, payloads: Sequence[bytes]) -> None:
        self._payloads = payloads
        self._head: list[dict[str, Any]] | None = None

    def see(self, payloads: Sequence[bytes]) -> None:
        """Decode the first chunks of `payloads`, which are those of the first events."""
        self._head = _objects(payloads[: len(self)])

    def head(self) -> list[dict[str, Any]]:
        """Return the first chunks, by which the API and the dialect are detected. They are decoded once."""
        if self._head is None:
            self._head = _objects(self._payloads[:HEAD])
        return self._head

    @property
    def forms(self) -> FormRuns | None:
        """The forms of the chunks, if any is known."""
        return self._payloads.forms if isinstance(self._payloads, Payloads) else None

    def __len__(self) -> int:
        return len(self._payloads)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(index, slice):
            if index.start is None and index.step is None and index.stop in range(1, HEAD + 1):
                return self.head()[: index.stop]
            return _objects(self._payloads[index])
        return _objects((self._payloads[index],))[0]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for payload in self._payloads:
            yield _objects((payload,))[0]

    def condensed(self, joins: Joins) -> Iterator[Chunk]:
        """Yield chunks that assemble to what all of these do, of which many may be one. See `Api.joins`."""
        payloads = self._payloads
        if not isinstance(payloads, Payloads):
            yield from self
            return
        cuts = {form: _joining(form, joins) for form in payloads.forms.known()}
        for form, start, stop in payloads.forms:
            cut = cuts[form] if form else None
            if cut is None or stop - start < _LEAST_JOINED:
                yield from map(self.__getitem__, range(start, stop))
                continue
            # The first chunk and the last are whole: of a field that is not joined, the first value or the last counts.
            yield self[start]
            for place in range(start + 1, stop - 1, _JOINED):
                end = min(place + _JOINED, stop - 1)
                joined = cut.joined(payloads.records(place, end))
                yield from map(self.__getitem__, range(place, end)) if joined is None else _objects((joined,))
            yield self[stop - 1]

    def alike(self, reader: DeltaReader) -> Iterator[Alike]:
        """Yield the runs of chunks of one form that add the same but for one text; `reader` returns what a chunk adds."""
        payloads = self._payloads
        if isinstance(payloads, Payloads):
            added = {form: _Added.of(form, reader) for form in payloads.forms.known()}
            for form, start, stop in payloads.forms:
                one = added[form] if form else None
                if one is not None:
                    yield Alike(start, stop, one.deltas, one.varying, partial(one.texts_in, payloads))

    def all_flags(self, of_each: Flags) -> list[int]:
        """Return what `of_each` returns for these chunks. Chunks of one form have the same flags, and are not decoded."""
        payloads = self._payloads
        if not isinstance(payloads, Payloads):
            return [flag for batch in _batches(payloads) for flag in of_each(batch)]
        return flags_by_form(payloads.forms, of_each, lambda start, stop: _batches(payloads[start:stop]))


class _Added(NamedTuple):
    """What chunks of a form add: the deltas of one of them, and which delta has as its text what is in which hole."""

    deltas: tuple[Delta, ...]
    varying: int | None
    hole: int
    cuts: Cuts

    @staticmethod
    def of(form: Form, reader: DeltaReader) -> _Added | None:
        """Return what chunks of this form add, found out by two examples; None if they add nothing or differ in more."""
        if form.cuts is None:
            return None
        examples = [
            [b"" if empty else text % place for place, empty in enumerate(form.empty)]
            for text in (b"any text in %d", b"Etwas anderes: %d, das l\xc3\xa4nger ist")
        ]
        one, other = (
            reader(orjson.loads(form.cuts.example(texts, number)))
            for texts, number in zip(examples, (b"1", b"27"), strict=True)
        )
        differ = [place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]]
        if not one or len(one) != len(other) or len(differ) > 1:
            return None
        if not differ:
            return _Added(one, None, 0, form.cuts)
        varying = differ[0]
        shown = one[varying].text.encode(), other[varying].text.encode()
        for hole, texts in enumerate(zip(*examples, strict=True)):
            if shown == texts and replace(one[varying], text=other[varying].text) == other[varying]:
                return _Added(one, varying, hole, form.cuts)
        return None

    def texts_in(self, payloads: Payloads, start: int, stop: int) -> list[str]:
        """Return the texts of the delta that varies, of the chunks from `start` up to `stop`."""
        return self.cuts.texts_in(payloads.records(start, stop), self.hole)


def _joining(form: Form, joins: Joins) -> Cuts | None:
    """Return what cuts records of this form, if chunks of this form may be joined."""
    if form.cuts is None or form.example.count(FILLER) > sum(form.cuts.texts):
        return None
    return form.cuts if joins(orjson.loads(form.example), FILLER.decode()) else None


def unlike(forms: FormRuns, count: int) -> list[int]:
    """Return which of the first `count` items differ from each before them in more than their texts and numbers; none if that is not
    known of any."""
    places: list[int] = []
    known = set()
    for form, start, stop in forms.between(0, count):
        if form is None:
            places += range(start, stop)
        elif form not in known:
            places.append(start)
            known.add(form)
    return places if known else []


def flags_by_form(forms: FormRuns, of_each: Flags, between: Callable[[int, int], Iterable[list[Chunk]]]) -> list[int]:
    """Return the flags of chunks; chunks of one form have the same flags. `between` gives the chunks of a run in lists."""
    known = forms.known()
    flag_of = dict(zip(known, of_each([orjson.loads(form.example) for form in known]), strict=True))
    found: list[int] = []
    for form, start, stop in forms:
        if form is not None:
            found += [flag_of[form]] * (stop - start)
        else:
            for batch in between(start, stop):
                found += of_each(batch)
    return found


def _batches(payloads: Sequence[bytes]) -> Iterator[list[dict[str, Any]]]:
    """Yield chunks in lists. A list that is dropped before the next one is made stays in the cache."""
    for start in range(0, len(payloads), _BATCH):
        yield _objects(payloads[start : start + _BATCH])


def _objects(payloads: Sequence[bytes]) -> list[dict[str, Any]]:
    try:
        found = list(map(orjson.loads, payloads))
    except orjson.JSONDecodeError as error:
        raise NotAnObject from error
    if not set(map(type, found)) <= {dict}:
        raise NotAnObject
    return found
