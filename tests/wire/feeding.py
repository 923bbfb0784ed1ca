"""Ways to feed a body to a decoder; every way must give the same items."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from streamkit.wire.values import Decoder, Events, Item

SHARED = Path(__file__).parents[2].parent / "shared"
"""Data that lie beside the project and are not part of it: conformance vectors and streams of many providers."""


def items_of(decoder: Decoder, feeds: Iterable[bytes]) -> list[Item]:
    """Return the items of a body, after checking that each feed gives the same in columns."""
    items: list[Item] = []
    in_columns = copy.deepcopy(decoder)
    for feed in feeds:
        found = decoder.feed(feed)
        assert list(in_columns.feed_columns(feed).items()) == found
        items += found
    found = decoder.close()
    assert in_columns.close() == found
    return items + found


def pieces(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def ways(body: bytes) -> Iterator[list[bytes]]:
    """Yield the body byte by byte, in pieces of 2, 3 and 7 bytes, the same with empty pieces between, and cut in two
    everywhere."""
    for size in (1, 2, 3, 7):
        yield pieces(body, size)
        yield [feed for piece in pieces(body, size) for feed in (b"", piece, b"")]
    for at in range(1, len(body)):
        yield [body[:at], body[at:]]


def assert_invariant(make: Callable[[], Decoder], decode: Callable[[bytes], Events], body: bytes) -> list[Item]:
    """Return the items of a body, after checking that every way to feed it, and `decode`, give the same."""
    whole = items_of(make(), [body])
    assert list(decode(body).items()) == whole
    for feeds in ways(body):
        assert items_of(make(), feeds) == whole, feeds
    return whole
