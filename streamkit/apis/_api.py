"""What an API is: how its streams are recognised, what its chunks mean, and how they become one message.

A module, or a folder where one module is too small, holds one `Api`; `APIS` is the catalogue of them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from streamkit.apis._decode import parse
from streamkit.model.exchange import Headers
from streamkit.model.grammar import Grammar, Misstep
from streamkit.model.message import Delta, Reply, Usage
from streamkit.model.stream import Misfit, Stream
from streamkit.registry import Catalogue

Chunk = dict[str, Any]

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What an API is recognised by: the request's path, the framing, the first chunks and the names of their events.

    `events` are the names and data of the first events, including those that hold no JSON object.
    """

    path: str
    framing: str
    chunks: Sequence[Chunk]
    names: Sequence[str]
    response_headers: Headers = ()
    events: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What shows whether a stream ended by itself: all chunks with their flags, and whether `[DONE]` was seen."""

    chunks: Sequence[Chunk]
    flags: Sequence[int]
    done: bool


class Assembler(Protocol):
    """Puts a message together while chunks arrive.

    Feeding is linear in the number of chunks. Reading `object` or `message` joins what has come so far, which costs about one
    copy of the text: read them as often as a person can follow (ten times a second), not after every chunk. On a stream of
    100,000 chunks, reading after every hundredth chunk takes once or twice as long as the feeding itself.
    """

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        ...

    @property
    def object(self) -> Any:
        """The object that the API would have answered without streaming, as far as the chunks go."""
        ...

    @property
    def message(self) -> Reply:
        """The same in the words that all APIs share."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """An API's tables of shape and order, as functions.

    `misfits` checks the shape of each chunk, and `missteps` the order of them all. `unknown` gives the fields that are in no
    table, except those at the paths that it is given. `schema` returns the JSON Schema of a chunk, made from the table that
    `misfits` checks. `misfit_kinds` and `misstep_kinds` name everything that the two can find; each is the name of a rule
    that applies to this API. `grammars` are the tables that `missteps` walks along, for the documentation. `speaks` names the
    API whose chunks these are, where an API hands on those of another: it is that API's tables, then, that judge them, and
    its rules that apply.
    """

    misfits: Callable[[Sequence[Chunk]], Iterable[Misfit]]
    missteps: Callable[[Stream], Iterable[Misstep]]
    unknown: Callable[[Sequence[Chunk], Sequence[str]], Iterable[Misfit]]
    schema: Callable[[], dict[str, Any]]
    misfit_kinds: Callable[[], frozenset[str]]
    misstep_kinds: frozenset[str]
    grammars: tuple[Grammar, ...] = ()
    speaks: Callable[[Sequence[Chunk]], str] = lambda _: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One protocol. None of its functions raises on content.

    * `recognises` returns why a sample is of this API, or None. APIs are asked in ascending `order`, the specific before
      the general.
    * `flags` returns what a chunk carries, as bits of `model.message`. It runs once for every chunk, so it has to be fast;
      `all_flags` returns the same for all chunks at once, where an API has a faster way. `deltas` returns the same in full.
    * `usage` and `model` return the token counts and the model's name that a chunk reports, or None.
    * `ended` returns whether the terminal event was seen.
    * `assembler` returns a new, empty assembler.
    * `streamed` is False for the object with which the API answers without streaming.
    * `unwrap` takes a chunk, given the name of its event, out of its envelope. `reads` makes a chunk from any event's data
      and name, for APIs whose data is not JSON, and returns None where the event holds none.
    * `judge` returns the tables of shape and order; None where the API has no such tables.
    * `choices` is the field of the API's object that holds alternative answers, each with an `index`; None where there is
      always exactly one.
    * `usage_grows` is set where a later usage report omits counts of an earlier one that still hold. It reads the merged
      reports.
    """

    name: str
    title: str
    recognises: Callable[[Sample], str | None]
    flags: Callable[[Chunk], int]
    deltas: Callable[[Chunk], tuple[Delta, ...]]
    usage: Callable[[Chunk], Usage | None]
    model: Callable[[Chunk], str | None]
    ended: Callable[[Ending], bool]
    assembler: Callable[[], Assembler]
    streamed: Callable[[Chunk], bool] = lambda _: True
    unwrap: Callable[[Chunk, str], Chunk] | None = None
    reads: Callable[[bytes, str], Chunk | None] | None = None
    judge: Callable[[], Judge] | None = None
    order: int = 50
    choices: str | None = None
    usage_grows: Callable[[dict[str, Any]], Usage | None] | None = None
    all_flags: Callable[[Sequence[Chunk]], list[int]] | None = None

    def decode_chunk(self, data: bytes, name: str) -> Chunk | None:
        """The chunk that one event holds, for reading a stream while it arrives; None where the event holds none."""
        if self.reads is not None:
            return self.reads(data, name)
        chunk, _ = parse(data, 0)
        return chunk if chunk is None or self.unwrap is None else self.unwrap(chunk, name)


APIS: Catalogue[Api] = Catalogue("streamkit.apis", Api, lambda api: api.name, apart=("dialects",))
