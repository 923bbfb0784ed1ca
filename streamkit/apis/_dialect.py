"""A dialect: a provider's lawful deviations from an API. One data-only file a provider in `dialects/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from streamkit.model.exchange import Exchange
from streamkit.registry import Catalogue


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a provider speaks an API, as data.

    Known by any of: `hosts` (the request's host ends so), `chunk_keys` (a top-level key), `choice_keys`, `delta_keys`,
    `usage_keys` (a key there), `id_prefixes`, `model_prefixes`, `fingerprint_prefixes`, `comments` (a comment that begins
    so), `headers` (a response header that begins so). `lawful` are the rule codes that do not hold for it;
    `extra_fields` the JSON paths that it adds.
    """

    name: str
    title: str
    apis: tuple[str, ...]
    hosts: tuple[str, ...] = ()
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


def detect_dialect(api: str, exchange: Exchange, chunks: Sequence[dict[str, Any]]) -> Dialect | None:
    """The first dialect of this API, in ascending `order`, whose signature the exchange shows; None where none does."""
    host = (urlsplit(exchange.request.url).hostname or "") if exchange.request else ""
    headers = [name.lower() for name, _ in exchange.response.headers] if exchange.response else []
    sample = [*chunks[:_ENOUGH_CHUNKS], *chunks[-2:]]
    body = exchange.frames.body if any(dialect.comments for dialect in DIALECTS) else b""
    for dialect in sorted(DIALECTS, key=lambda entry: entry.order):
        if api not in dialect.apis:
            continue
        if dialect.hosts and host.endswith(dialect.hosts):
            return dialect
        if any(name.startswith(dialect.headers) for name in headers if dialect.headers):
            return dialect
        if any(b":" + b" " + comment.encode() in body for comment in dialect.comments):
            return dialect
        if any(_shows(dialect, chunk) for chunk in sample):
            return dialect
    return None


def _shows(dialect: Dialect, chunk: dict[str, Any]) -> bool:
    if any(key in chunk for key in dialect.chunk_keys):
        return True
    for key, prefixes in (
        ("id", dialect.id_prefixes),
        ("model", dialect.model_prefixes),
        ("system_fingerprint", dialect.fingerprint_prefixes),
    ):
        value = chunk.get(key)
        if prefixes and isinstance(value, str) and value.startswith(prefixes):
            return True
    usage = chunk.get("usage")
    if isinstance(usage, dict) and any(key in usage for key in dialect.usage_keys):
        return True
    choices = chunk.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict):
            delta = choice.get("delta")
            if any(key in choice for key in dialect.choice_keys):
                return True
            if isinstance(delta, dict) and any(key in delta for key in dialect.delta_keys):
                return True
    return False
