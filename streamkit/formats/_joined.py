"""A file format in which every exchange is a separate text, between a head and a tail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Joined:
    """The `write` of such a format. `entry` returns the bytes of one exchange, which may be created in another process; none if the
    format leaves it out."""

    entry: Callable[[Exchange], bytes]
    head: bytes = b""
    between: bytes = b""
    tail: bytes = b""

    def __call__(self, exchanges: Iterable[Exchange]) -> Iterator[bytes]:
        """Yield the bytes of a file that holds these exchanges."""
        return self.join(map(self.entry, exchanges))

    def join(self, entries: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the same from the bytes of the exchanges."""
        if self.head:
            yield self.head
        between = b""
        for entry in filter(None, entries):
            yield between + entry if between else entry
            between = self.between
        if self.tail:
            yield self.tail
