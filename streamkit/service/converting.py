"""Convert exchanges to any writable format, and count what the format cannot represent.

lost = convert("recordings/openai_chat", "cassette.yaml")
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePath
from typing import BinaryIO

from streamkit.errors import UsageError, suggestion
from streamkit.files import create
from streamkit.formats import FORMATS, Format, Joined, find, read
from streamkit.model.exchange import Exchange
from streamkit.redact.redactor import redact_exchange
from streamkit.tool import TOOL

Lost = Counter[str]
"""What a format could not represent, as a sentence each, with the number of exchanges that lost it."""


def write(
    exchanges: Iterable[Exchange], target: str | Path | BinaryIO, *, format: str | None = None, force: bool = False
) -> Lost:
    """Write exchanges to a file, or to a binary file that is open for writing, as they are: nothing is redacted.

    `format` is a value of `convert --to`; by default it depends on the suffix of `target`. An existing file is replaced only
    with `force`. Returns what the format could not hold. Raises UsageError, OutputExists, CannotWrite.
    """
    path = str(target) if isinstance(target, str | Path) else None
    chosen = writable(format, path)
    lost: Lost = Counter()
    pieces = written(exchanges if chosen.many else _single(exchanges, chosen), chosen, lost)
    if path is None:
        assert not isinstance(target, str | Path)
        for piece in pieces:
            target.write(piece)
        return lost
    first = next(pieces, b"")  # nothing is created for what cannot be read
    with create(path, force=force) as output:
        for piece in chain((first,), pieces):
            output.write(piece)
    return lost


def convert(
    source: str | Path | bytes | BinaryIO,
    target: str | Path | BinaryIO,
    *,
    format: str | None = None,
    redact: bool = True,
    force: bool = False,
) -> Lost:
    """Read exchanges in any format (a folder: all that it holds) and write them in another, with secrets removed.

    See `read` for `source` and `write` for the rest. Raises UnreadableInput, UsageError, OutputExists, CannotWrite.
    """
    exchanges = _read(source)
    return write(map(redact_exchange, exchanges) if redact else exchanges, target, format=format, force=force)


def writable(word: str | None, path: str | None = None) -> Format:
    """Return the format that `word` names, else the suffix of `path`. Raises UsageError."""
    known = {entry.short or entry.name: entry for entry in FORMATS.values() if entry.write is not None}
    words = sorted(known)
    known |= {entry.name: entry for entry in known.values()}
    suffixes = {suffix: entry.name for entry in known.values() for suffix in _suffixes(entry)}
    chosen = word or suffixes.get(PurePath(path or "").suffix.lower())
    if chosen is None:
        raise UsageError(f"no format to convert to: name one, or a file with a suffix of {', '.join(sorted(suffixes))}")
    if chosen in known:
        return known[chosen]
    if chosen in FORMATS:
        raise UsageError(f"format {chosen!r} is read only; expected one of: {', '.join(words)}")
    raise UsageError(f"unknown format {chosen!r}; {suggestion(chosen, known, words)}")


def suffix_of(format: Format) -> str:
    """Return the usual suffix of files of this format."""
    return _suffixes(format)[0]


def _suffixes(format: Format) -> tuple[str, ...]:
    return format.suffixes or (f".{format.name}",)


def written(exchanges: Iterable[Exchange], format: Format, lost: Lost) -> Iterator[bytes]:
    """Return the bytes of a file that holds these exchanges; `lost` counts what it cannot hold."""
    assert format.write is not None  # `writable` gives no other
    return format.write(_counted(exchanges, format, lost))


def entry_of(exchange: Exchange, format: Format, lost: Lost, *, alone: bool) -> bytes:
    """Return the bytes of one exchange: those of a file that holds it alone, or else those among the others of a file, for a format
    whose `write` is `Joined`. `lost` counts what the format cannot hold."""
    (counted,) = _counted([exchange], format, lost)
    if alone:
        assert format.write is not None
        return b"".join(format.write([counted]))
    assert isinstance(format.write, Joined)
    return format.write.entry(counted)


def _counted(exchanges: Iterable[Exchange], format: Format, lost: Lost) -> Iterator[Exchange]:
    for exchange in exchanges:
        lost.update(dict.fromkeys(format.loses(exchange), 1))
        if exchange.sent and not format.sent:
            lost["the messages of the client"] += 1
        yield exchange if exchange.tool else replace(exchange, tool=TOOL)


def _single(exchanges: Iterable[Exchange], format: Format) -> list[Exchange]:
    given = list(exchanges)
    if len(given) > 1:
        raise UsageError(f"a file holds one exchange as {format.short or format.name}, and {len(given)} were given")
    return given


def _read(source: str | Path | bytes | BinaryIO) -> Iterator[Exchange]:
    if not isinstance(source, str | Path):
        return read(source)
    return chain.from_iterable(read(found.path) for found in find([str(source)]))
