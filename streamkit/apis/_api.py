"""The contract of an API: how its streams are recognised, what its chunks mean, and how they become one message.

Each API is a module, or a folder where one module is too small, that defines one `Api`. `APIS` is their catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from streamkit.apis._decode import parse
from streamkit.frozen import dataclass
from streamkit.model.exchange import Headers
from streamkit.model.grammar import Grammar, Misstep
from streamkit.model.message import Delta, Reply, Usage
from streamkit.model.stream import Misfit, Stream
from streamkit.registry import Catalogue

Chunk = dict[str, Any]
Follow = Callable[[Chunk], Chunk]

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What APIs are recognised from: the request's path, the framing, the first chunks and the names of their events.

    `events` are the names and data of the first events, including those that are not JSON objects.
    """

    path: str
    framing: str
    chunks: Sequence[Chunk]
    names: Sequence[str]
    response_headers: Headers = ()
    events: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What decides whether a stream is complete: all chunks with their flags, whether `[DONE]` was seen, and the method
    of the request ("" if it is not known)."""

    chunks: Sequence[Chunk]
    flags: Sequence[int]
    done: bool
    method: str = ""


class Assembler(Protocol):
    """Builds a message while its chunks arrive.

    Feeding takes linear time in the number of chunks. Reading `object` or `message` joins what has arrived so far,
    which costs about one copy of the text: read them as often as a person can follow (ten times a second), not after
    every chunk. On a stream of 100,000 chunks, reading after every hundredth chunk takes one to two times as long as
    the feeding itself.
    """

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        ...

    @property
    def object(self) -> Any:
        """The object that the API returns without streaming, as far as it has arrived."""
        ...

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        ...


class ShapeModule(Protocol):
    """The module `shape` of an API: its table of fields, as the functions that `Judge` describes."""

    @property
    def misfits(self) -> Callable[[Sequence[Chunk]], Iterable[Misfit]]: ...
    @property
    def unknown(self) -> Callable[[Sequence[Chunk], Sequence[str]], Iterable[Misfit]]: ...
    @property
    def schema(self) -> Callable[[], dict[str, Any]]: ...
    @property
    def kinds(self) -> Callable[[], frozenset[str]]: ...


class GrammarModule(Protocol):
    """The module `grammar` of an API: its table of lawful order. `KINDS` names the missteps that it can find."""

    @property
    def missteps(self) -> Callable[[Stream], Iterable[Misstep]]: ...
    @property
    def KINDS(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """An API's tables of shape and order, as functions.

    `misfits` checks the shape of each chunk, `missteps` the order of all of them. `unknown` yields the fields that are
    in no table, except those at the given paths. `schema` returns the JSON Schema of a chunk, generated from the table
    that `misfits` uses. `misfit_kinds` and `misstep_kinds` name everything that the two can report; each is the name of
    a rule that applies to this API. `grammars` are the tables that `missteps` follows, for the documentation.
    `inner_api` returns the name of the API whose chunks this API passes on, or ""; that API's tables and rules then
    apply as well.
    """

    misfits: Callable[[Sequence[Chunk]], Iterable[Misfit]]
    missteps: Callable[[Stream], Iterable[Misstep]]
    unknown: Callable[[Sequence[Chunk], Sequence[str]], Iterable[Misfit]]
    schema: Callable[[], dict[str, Any]]
    misfit_kinds: Callable[[], frozenset[str]]
    misstep_kinds: frozenset[str]
    grammars: tuple[Grammar, ...] = ()
    inner_api: Callable[[Sequence[Chunk]], str] = lambda _: ""

    @staticmethod
    def of(shape: ShapeModule, grammar: GrammarModule, *grammars: Grammar) -> Judge:
        """The judge that an API's modules `shape` and `grammar` make."""
        return Judge(
            misfits=shape.misfits,
            missteps=grammar.missteps,
            unknown=shape.unknown,
            schema=shape.schema,
            misfit_kinds=shape.kinds,
            misstep_kinds=grammar.KINDS,
            grammars=grammars,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One protocol. None of its functions raises an exception because of the content of a stream.

    * `recognises` returns why a sample belongs to this API, or None. APIs are tried in ascending `order`, specific ones
      before general ones. A sample may lack chunks that differ from another one in their texts and numbers alone.
    * `flags` returns what a chunk carries, as bits of `model.message`. It runs once for every chunk, so it must be fast;
      `all_flags` does the same for all chunks at once, if the API has a faster way. `deltas` returns the details.
    * `usage` and `model` return the token counts and the model name that a chunk reports, or None.
    * `ended` returns whether the terminal event was seen.
    * `assembler` returns a new, empty assembler.
    * `streamed` returns False for the object that the API returns without streaming.
    * `unwrap` takes a chunk and the name of its event, and returns the chunk without its envelope. `parse_event` makes
      a chunk from the data and the name of an event, for APIs whose data is not JSON; it returns None if there is none.
    * `follow` returns a function that takes the chunks of a stream in their order and returns each with what it adds to
      those before, for APIs whose chunks repeat what was sent. `flags`, `deltas` and the rest then get that.
    * `judge` returns the tables of shape and order; None if the API has no tables.
    * `choices` is the field of the API's object that holds alternative answers, each with an `index`; None if there is
      always exactly one answer.
    * `merged_usage` converts all usage reports, merged, to a Usage. Set it if later reports omit counts of earlier ones
      that still hold; otherwise the last report counts.
    * `joins` takes a chunk and a text in it, and returns whether its assembler makes the same of many such chunks, which have
      other texts in these places, as of the first, one in which the texts of those between are joined, and the last. Long
      streams are then assembled faster; without it, chunks are fed one by one.
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
    parse_event: Callable[[bytes, str], Chunk | None] | None = None
    follow: Callable[[], Follow] | None = None
    judge: Callable[[], Judge] | None = None
    order: int = 50
    choices: str | None = None
    merged_usage: Callable[[dict[str, Any]], Usage | None] | None = None
    all_flags: Callable[[Sequence[Chunk]], list[int]] | None = None
    joins: Callable[[Chunk, str], bool] | None = None

    def chunk_decoder(self) -> Callable[[bytes, str], Chunk | None]:
        """Return a function for a stream that is still arriving: it takes the data and the name of each event in their order, and
        returns its chunk, or None if the event holds none."""
        followed = self.follow() if self.follow is not None else None

        def decoded(data: bytes, name: str) -> Chunk | None:
            if self.parse_event is not None:
                chunk = self.parse_event(data, name)
            else:
                chunk, _ = parse(data, 0)
                chunk = chunk if chunk is None or self.unwrap is None else self.unwrap(chunk, name)
            return chunk if chunk is None or followed is None else followed(chunk)

        return decoded


APIS: Catalogue[Api] = Catalogue("streamkit.apis", Api, lambda api: api.name, apart=("dialects",))
