"""Chunks that are decoded whenever they are looked at, for readers that need the flags of all and the content of few.

A decoded chunk is a handful of objects in some two kilobytes. Those of a whole stream, kept, leave the processor's cache
before anything has looked at them; decoding one again costs less than having kept it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import orjson

_BATCH = 64
"""Chunks that are decoded together: few enough to stay in the cache."""


class NotAnObject(Exception):
    """A payload is not a JSON object, so that a stream cannot be read on demand."""


class ChunksOnDemand(Sequence[dict[str, Any]]):
    """The JSON objects in `payloads`, of which only the payloads are kept. Each access returns a new object.

    Nothing is decoded beforehand: any access raises NotAnObject if a payload is something else.
    """

    __slots__ = ("_payloads",)

    def __init__(self, payloads: Sequence[bytes]) -> None:
        self._payloads = payloads

    def __len__(self) -> int:
        return len(self._payloads)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(index, slice):
            return _objects(self._payloads[index])
        return _objects((self._payloads[index],))[0]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for payload in self._payloads:
            yield _objects((payload,))[0]

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """Yield all chunks in lists. A list that is dropped before the next one is made stays in the cache."""
        for start in range(0, len(self._payloads), _BATCH):
            yield _objects(self._payloads[start : start + _BATCH])


def _objects(payloads: Sequence[bytes]) -> list[dict[str, Any]]:
    try:
        found = list(map(orjson.loads, payloads))
    except orjson.JSONDecodeError as error:
        raise NotAnObject from error
    if not set(map(type, found)) <= {dict}:
        raise NotAnObject
    return found
