"""The columns that a framing fills: returned as items while bytes arrive, or frozen as `Events` at the end of a body."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any, overload

from streamkit.wire.values import Aside, Event, Events, Ignored, Item

_RUBBISH_PIECE = 65536
"""Maximum number of bytes in one `Ignored`, so that a body that is not a stream needs little memory."""


class Columns:
    """Events in one list per property, and the other items, each with the number of events before it. See `Events`."""

    __slots__ = ("asides", "data", "ends", "ids", "names", "retries", "starts")

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.names: list[str] | None = None
        self.ids: list[str] | None = None
        self.retries: dict[int, int] = {}
        self.asides: list[tuple[int, Aside]] = []

    def add(
        self, data: bytes, start: int, end: int, name: str = "message", id: str = "", retry: int | None = None
    ) -> None:
        """Append one event. The columns of names and ids are created with the first one that is not the default."""
        if self.names is not None:
            self.names.append(name)
        elif name != "message":
            self.names = ["message"] * len(self.data)
            self.names.append(name)
        if self.ids is not None:
            self.ids.append(id)
        elif id:
            self.ids = [""] * len(self.data)
            self.ids.append(id)
        if retry is not None:
            self.retries[len(self.data)] = retry
        self.data.append(data)
        self.starts.append(start)
        self.ends.append(end)

    def add_many(
        self,
        data: Sequence[Any],
        starts: Sequence[int],
        ends: Sequence[int],
        names: list[str] | None = None,
        id: str = "",
    ) -> None:
        """Append events without `retry`, with these names or the default one, and all with the same id."""
        if self.names is None and names is not None and names.count("message") != len(names):
            self.names = ["message"] * len(self.data)
        if self.names is not None:
            self.names.extend(names or repeat("message", len(data)))
        if self.ids is None and id:
            self.ids = [""] * len(self.data)
        if self.ids is not None:
            self.ids.extend(repeat(id, len(data)))
        self.data += data
        self.starts += starts
        self.ends += ends

    def aside(self, aside: Aside) -> None:
        """Append an item that is not an event."""
        self.asides.append((len(self.data), aside))

    def freeze(self, last_id: str = "", retry: int | None = None) -> Events:
        """Return the columns as a value; this object is then empty again."""
        events = Events(
            data=self.data,
            starts=self.starts,
            ends=self.ends,
            names=self.names,
            ids=self.ids,
            retries=self.retries,
            asides=self.asides,
            last_id=last_id,
            retry=retry,
        )
        self.__init__()  # type: ignore[misc]  # the lists now belong to the value
        return events

    def take(self) -> list[Item]:
        """Return the columns as items in order; this object is then empty again."""
        if not self.asides:
            if not self.data:
                return []
            if len(self.data) == 1:
                return [self._only()]
            return [*self.freeze().all_events()]
        return list(self.freeze().items())

    def _only(self) -> Event:
        """Return the only event, without creating `Events`: a read of a live stream usually contains one event."""
        event = Event(
            self.data.pop(),
            self.names.pop() if self.names else "message",
            self.ids.pop() if self.ids else "",
            self.retries.pop(0, None),
            self.starts.pop(),
            self.ends.pop(),
        )
        self.names = self.ids = None
        return event


class Later(Sequence[int]):
    """A column of `count` integers that is made when it is first looked at."""

    __slots__ = ("_count", "_found", "_make")

    def __init__(self, count: int, make: Callable[[], list[int]]) -> None:
        self._count = count
        self._make = make
        self._found: list[int] | None = None

    def _list(self) -> list[int]:
        if self._found is None:
            self._found = self._make()
        return self._found

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        return self._list()[index]

    def __iter__(self) -> Iterator[int]:
        return iter(self._list())

    def __eq__(self, other: object) -> bool:
        return self._list() == (other._list() if isinstance(other, Later) else other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._list())


class ColumnDecoder(ABC):
    """A decoder that fills columns; a framing implements the processing of bytes and the end."""

    __slots__ = ("_columns",)

    def __init__(self) -> None:
        self._columns = Columns()

    def feed(self, data: bytes) -> list[Item]:
        """Return the items that these bytes complete."""
        self._take(data)
        return self._columns.take()

    def feed_columns(self, data: bytes) -> Events:
        """Return the same in columns. A read with many events takes much less time, because none becomes an object of its own."""
        self._take(data)
        return self._columns.freeze()

    def close(self) -> list[Item]:
        """Return what the end of the body completes or leaves unfinished: a last line without a line end, a `Tail`."""
        self._finish()
        return self._columns.take()

    def whole(self, body: bytes) -> Events:
        """Decode a complete body into columns, like `decode`. The decoder must be unused."""
        self._take(body)
        self._finish()
        return self._columns.freeze()

    @abstractmethod
    def _take(self, data: bytes) -> None:
        """Add what these bytes complete to the columns."""

    @abstractmethod
    def _finish(self) -> None:
        """Add what the end of the body completes or leaves unfinished."""


class Rubbish:
    """Collects undecodable bytes into `Ignored` values of at most 64 KiB, independently of how the bytes arrive."""

    __slots__ = ("_pieces", "_reason", "_size", "_start")

    def __init__(self, reason: str) -> None:
        self._reason = reason
        self._pieces: list[bytes] = []
        self._size = 0
        self._start = 0

    def add(self, data: bytes, start: int, columns: Columns) -> None:
        """Add `data`, which begins at offset `start`, right after the data added since the last flush, if any."""
        while data:
            if not self._pieces:
                self._start = start
            piece = data[: _RUBBISH_PIECE - self._size]
            self._pieces.append(piece)
            self._size += len(piece)
            data, start = data[len(piece) :], start + len(piece)
            if self._size == _RUBBISH_PIECE:
                self.flush(columns)

    def flush(self, columns: Columns) -> None:
        """Return the collected items."""
        if self._pieces:
            data = b"".join(self._pieces)
            columns.aside(Ignored(data, self._reason, self._start, self._start + len(data)))
            self._pieces, self._size = [], 0
