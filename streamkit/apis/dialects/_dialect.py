"""A dialect: a provider's accepted deviations from an API. Each is a data-only file in `dialects/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cached_property
from typing import Any, Literal

from streamkit.apis._kit.reading import as_object, objects_in
from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange
from streamkit.registry import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A provider's variant of an API, as data.

    A dialect is detected by its provider's hosts (`streamkit.providers`), or by any of these marks: a top-level key of
    a chunk (`chunk_keys`), a key of a choice, a delta or the usage (`choice_keys`, `delta_keys`, `usage_keys`), or the
    beginning of an id, a model name, a fingerprint, a comment or the name of a response header (`id_prefixes`,
    `model_prefixes`, `fingerprint_prefixes`, `comments`, `headers`). Dialects are tried in ascending `order`.

    `lawful` are the codes of the rules that do not apply to the dialect; `extra_fields` the JSON paths of the fields
    that it adds (`$.choices[].delta.reasoning`). `source` is `measured` if this is known from real streams, and
    `documented` if it is known from the provider's documentation or reports of its users.
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


def dialect_row(dialect: Dialect) -> dict[str, Any]:
    """Return the row of a dialect in `index.json`: its fields, except those that are empty."""
    return {field.name: value for field in fields(dialect) if (value := getattr(dialect, field.name))}


def _from_row(_: str, row: dict[str, Any]) -> Dialect:
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    del given["size"]
    return Dialect(**given)


DIALECTS: Catalogue[Dialect] = Catalogue(
    "streamkit.apis.dialects", Dialect, lambda dialect: dialect.name, from_row=_from_row
)

_ENOUGH_CHUNKS = 16
_ENOUGH_BYTES = 1 << 16


def detect_dialect(api: str, exchange: Exchange, chunks: Sequence[dict[str, Any]]) -> tuple[Dialect, str] | None:
    """Detect the dialect of this API that an exchange uses. Return it with the reason, or None.

    A known host decides, because it identifies the provider. Otherwise the first dialect that has a mark in the
    exchange is chosen, in ascending `order`. The model name is considered only if there is no other mark, since any
    provider may serve the model. Raises UnknownEntry if a provider names a dialect that does not exist.
    """
    if exchange.request:
        from streamkit.providers import provider_at  # a stream without a request has no host

        provider = provider_at(host := exchange.request.host)
        if provider is not None:  # marks prove nothing then: a gateway passes on those of other providers
            known = (DIALECTS[name] for name in provider.dialects)
            own = next((dialect for dialect in known if api in dialect.apis), None)
            return (own, f"the request's host is {host}") if own else None
    candidates = sorted((entry for entry in DIALECTS.values() if api in entry.apis), key=lambda entry: entry.order)
    traits = _Traits(exchange, chunks)
    for find_marks in (traits.marks, traits.model_marks):
        for dialect in candidates:
            reason = next(find_marks(dialect), None)
            if reason is not None:
                return dialect, reason + _alternatives(traits, dialect, candidates)
    return None


def _alternatives(traits: _Traits, chosen: Dialect, candidates: Sequence[Dialect]) -> str:
    """Name the other dialects that have all the fields by which the chosen one was detected; "" if there are none."""
    fields = traits.fields(chosen)
    others = [
        entry.name for entry in candidates if entry is not chosen and fields and fields <= set(entry.extra_fields)
    ]
    return f" (or {' or '.join(others)}: the same fields)" if others else ""


class _Traits:
    """The keys and names in the first and last chunks of an exchange, from which dialects are detected; collected once."""

    def __init__(self, exchange: Exchange, chunks: Sequence[dict[str, Any]]) -> None:
        self.chunk_keys: set[str] = set()
        self.choice_keys: set[str] = set()
        self.delta_keys: set[str] = set()
        self.usage_keys: set[str] = set()
        self.ids: set[str] = set()
        self.models: set[str] = set()
        self.fingerprints: set[str] = set()
        self.headers = {name.lower() for name, _ in exchange.response.headers} if exchange.response else set()
        self._frames = exchange.frames
        for chunk in chunks[:_ENOUGH_CHUNKS]:
            self._take(chunk)
        for chunk in chunks[max(_ENOUGH_CHUNKS, len(chunks) - 2) :]:
            self._take(chunk)

    @cached_property
    def _head(self) -> bytes:
        return self._frames.head(_ENOUGH_BYTES)

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
        """Return the paths of the dialect's key fields in the exchange; empty if a prefix matches too, which is
        unambiguous."""
        named = (
            (dialect.id_prefixes, self.ids),
            (dialect.model_prefixes, self.models),
            (dialect.fingerprint_prefixes, self.fingerprints),
            (dialect.headers, self.headers),
        )
        if any(next(_starting_with(texts, prefixes), None) for prefixes, texts in named):
            return set()
        keys = (
            ("$.", dialect.chunk_keys, self.chunk_keys),
            ("$.choices[].", dialect.choice_keys, self.choice_keys),
            ("$.choices[].delta.", dialect.delta_keys, self.delta_keys),
            ("$.usage.", dialect.usage_keys, self.usage_keys),
        )
        return {parent + key for parent, marks, present in keys for key in marks if key in present}

    def model_marks(self, dialect: Dialect) -> Iterator[str]:
        """Describe each model name in the exchange that the dialect claims."""
        yield from (f"model is {text!r}" for text in _starting_with(self.models, dialect.model_prefixes))

    def marks(self, dialect: Dialect) -> Iterator[str]:
        """Describe each mark of the dialect in the exchange, except model names."""
        for where, marks, present in (
            ("chunks hold", dialect.chunk_keys, self.chunk_keys),
            ("choices hold", dialect.choice_keys, self.choice_keys),
            ("deltas hold", dialect.delta_keys, self.delta_keys),
            ("usage holds", dialect.usage_keys, self.usage_keys),
        ):
            for key in marks:
                if key in present:
                    yield f"{where} {key!r}"
        for where, prefixes, texts in (
            ("id is", dialect.id_prefixes, self.ids),
            ("system_fingerprint is", dialect.fingerprint_prefixes, self.fingerprints),
            ("a header is", dialect.headers, self.headers),
        ):
            yield from (f"{where} {text!r}" for text in _starting_with(texts, prefixes))
        for comment in dialect.comments:
            if b": " + comment.encode() in self._head:
                yield f"comments begin {comment!r}"


def _starting_with(texts: Iterable[str], prefixes: tuple[str, ...]) -> Iterator[str]:
    return (text for text in sorted(texts) if text.startswith(prefixes)) if prefixes else iter(())
