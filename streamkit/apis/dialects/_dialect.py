"""A dialect: a provider's lawful deviations from an API. One data-only file a provider in `dialects/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from streamkit.apis._kit.reading import as_object, objects_in
from streamkit.model.exchange import Exchange
from streamkit.registry import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a provider speaks an API, as data.

    Known by its provider's hosts (`streamkit.providers`), or by any of: `chunk_keys` (a top-level key), `choice_keys`,
    `delta_keys`, `usage_keys` (a key there), `id_prefixes`, `model_prefixes`, `fingerprint_prefixes`, `comments` (a comment
    that begins so), `headers` (a response header that begins so). `lawful` are the rule codes that do not hold for it;
    `extra_fields` the JSON paths that it adds (`$.choices[].delta.reasoning`). Dialects are asked in ascending `order`.
    `source` tells what it rests on: `measured` on real streams, or `documented` by the provider or in reports of its users.
    """

    name: str
    title: str
    apis: tuple[str, ...]
    source: Literal["measured", "documented"] = "documented"
    chunk_keys: tuple[str, ...] = ()
    choice_keys: tuple[str, ...] = ()
    delta_keys: tuple[str, ...] = ()
    usage_keys: tuple[str, ...] = ()
    id_prefixes: tuple[str, ...] = ()
    model_prefixes: tuple[str, ...] = ()
    fingerprint_prefixes: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    lawful: tuple[str, ...] = ()
    extra_fields: tuple[str, ...] = ()
    order: int = 50


DIALECTS: Catalogue[Dialect] = Catalogue("streamkit.apis.dialects", Dialect, lambda dialect: dialect.name)

_ENOUGH_CHUNKS = 16
_ENOUGH_BYTES = 1 << 16


def detect_dialect(api: str, exchange: Exchange, chunks: Sequence[dict[str, Any]]) -> tuple[Dialect, str] | None:
    """The dialect of this API that the exchange shows, and what showed it; None where none does.

    A known host decides before everything else: it is the provider's name. Else the first dialect, in ascending `order`, any of
    whose marks is there; the model's name counts only where no other mark is there, as whoever serves the model gives it.
    Raises UnknownEntry where a provider names a dialect that is not there.
    """
    if exchange.request:
        from streamkit.providers import provider_at  # a stream alone has no host

        provider = provider_at(host := exchange.request.host)
        if provider is not None:  # marks mean nothing then: a gateway passes on those of others
            known = (DIALECTS[name] for name in provider.dialects)
            at_home = next((dialect for dialect in known if api in dialect.apis), None)
            return (at_home, f"the request's host is {host}") if at_home else None
    spoken = sorted((entry for entry in DIALECTS.values() if api in entry.apis), key=lambda entry: entry.order)
    traits = _Traits(exchange, chunks)
    for marks in (traits.shown, traits.named_model):
        for dialect in spoken:
            reason = next(marks(dialect), None)
            if reason is not None:
                return dialect, reason + _shared(traits, dialect, spoken)
    return None


def _shared(traits: _Traits, chosen: Dialect, spoken: Sequence[Dialect]) -> str:
    """Which other dialects have all the fields that show the chosen one; "" where none has, or no field shows it."""
    fields = traits.fields(chosen)
    others = [entry.name for entry in spoken if entry is not chosen and fields and fields <= set(entry.extra_fields)]
    return f" (or {' or '.join(others)}: the same fields)" if others else ""


class _Traits:
    """What of an exchange can tell a dialect: the keys and names of its first chunks and its last ones, gathered once."""

    def __init__(self, exchange: Exchange, chunks: Sequence[dict[str, Any]]) -> None:
        self.chunk_keys: set[str] = set()
        self.choice_keys: set[str] = set()
        self.delta_keys: set[str] = set()
        self.usage_keys: set[str] = set()
        self.ids: set[str] = set()
        self.models: set[str] = set()
        self.fingerprints: set[str] = set()
        self.headers = {name.lower() for name, _ in exchange.response.headers} if exchange.response else set()
        self._head = exchange.frames.body[:_ENOUGH_BYTES]
        for chunk in chunks[:_ENOUGH_CHUNKS]:
            self._take(chunk)
        for chunk in chunks[max(_ENOUGH_CHUNKS, len(chunks) - 2) :]:
            self._take(chunk)

    def _take(self, chunk: dict[str, Any]) -> None:
        self.chunk_keys.update(chunk)
        for key, found in (("id", self.ids), ("model", self.models), ("system_fingerprint", self.fingerprints)):
            value = chunk.get(key)
            if type(value) is str:
                found.add(value)
        for holder in (chunk, as_object(chunk.get("response")), as_object(chunk.get("message"))):
            self.usage_keys.update(as_object(holder.get("usage")))
            if type(holder.get("model")) is str:
                self.models.add(holder["model"])
        self.usage_keys.update(as_object(chunk.get("usageMetadata")))
        for choice in objects_in(chunk.get("choices")):
            self.choice_keys.update(choice)
            self.delta_keys.update(as_object(choice.get("delta")))

    def fields(self, dialect: Dialect) -> set[str]:
        """The paths of a dialect's fields that are there; empty where it is shown by a name as well, which is its own."""
        named = (
            (dialect.id_prefixes, self.ids),
            (dialect.model_prefixes, self.models),
            (dialect.fingerprint_prefixes, self.fingerprints),
            (dialect.headers, self.headers),
        )
        if any(next(_beginning(texts, prefixes), None) for prefixes, texts in named):
            return set()
        keys = (
            ("$.", dialect.chunk_keys, self.chunk_keys),
            ("$.choices[].", dialect.choice_keys, self.choice_keys),
            ("$.choices[].delta.", dialect.delta_keys, self.delta_keys),
            ("$.usage.", dialect.usage_keys, self.usage_keys),
        )
        return {where + key for where, wanted, there in keys for key in wanted if key in there}

    def named_model(self, dialect: Dialect) -> Iterator[str]:
        """The models' names that are the dialect's, in words."""
        yield from (f"model is {text!r}" for text in _beginning(self.models, dialect.model_prefixes))

    def shown(self, dialect: Dialect) -> Iterator[str]:
        """Which marks of a dialect are there, in words; all but the model's name."""
        for where, wanted, there in (
            ("chunks hold", dialect.chunk_keys, self.chunk_keys),
            ("choices hold", dialect.choice_keys, self.choice_keys),
            ("deltas hold", dialect.delta_keys, self.delta_keys),
            ("usage holds", dialect.usage_keys, self.usage_keys),
        ):
            for key in wanted:
                if key in there:
                    yield f"{where} {key!r}"
        for where, prefixes, texts in (
            ("id is", dialect.id_prefixes, self.ids),
            ("system_fingerprint is", dialect.fingerprint_prefixes, self.fingerprints),
            ("a header is", dialect.headers, self.headers),
        ):
            yield from (f"{where} {text!r}" for text in _beginning(texts, prefixes))
        for comment in dialect.comments:
            if b": " + comment.encode() in self._head:
                yield f"comments begin {comment!r}"


def _beginning(texts: Iterable[str], prefixes: tuple[str, ...]) -> Iterator[str]:
    return (text for text in sorted(texts) if text.startswith(prefixes)) if prefixes else iter(())
