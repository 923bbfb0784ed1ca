"""For which provider a request is meant, as far as its headers tell: those that only its clients send, and its key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from streamkit.providers._key import KeyShape
from streamkit.providers._provider import BEARER, PROVIDERS, Provider


def providers_by_headers(headers: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Return the names of the providers whose own headers a request has: one of its `marks`, or that of its key."""
    sent = {name.lower() for name, _ in headers}
    return frozenset(name for name, marks in _marks().items() if not sent.isdisjoint(marks))


def key_owners(headers: Sequence[tuple[str, str]], environment: Mapping[str, str]) -> list[Provider]:
    """Return the providers to which the key of a request may belong: those in whose variable it is, or else those that issue
    keys of its shape (the one with the longest fixed prefix). Empty if it has none, or one without a known shape.
    """
    keys = [value for name, value in headers if name.lower() in _key_headers()]
    keys = [key for value in keys for key in (value.removeprefix("Bearer ").strip(),) if key]
    own = [provider for provider in PROVIDERS.values() if any(environment.get(name) in keys for name in provider.keys)]
    if own:
        return own
    shaped = [
        (len(shape.prefix), provider)
        for provider in PROVIDERS.values()
        for shape in provider.key_shapes
        if any(_pattern(shape).fullmatch(key) for key in keys)
    ]
    longest = max((length for length, _ in shaped), default=0)
    return list({provider.name: provider for length, provider in shaped if length == longest}.values())


@lru_cache(1)
def _marks() -> dict[str, frozenset[str]]:
    marks = {}
    for provider in PROVIDERS.values():
        own = () if provider.auth.header == BEARER.header else (provider.auth.header,)
        marks[provider.name] = frozenset(name.lower() for name in (*provider.marks, *own))
    return marks


@lru_cache(1)
def _key_headers() -> frozenset[str]:
    return frozenset(provider.auth.header.lower() for provider in PROVIDERS.values())


@lru_cache(256)
def _pattern(shape: KeyShape) -> re.Pattern[str]:
    parts = [
        re.escape(part) if isinstance(part, str) else f"{part[0]}{{{part[1]},{part[2] if len(part) > 2 else ''}}}"
        for part in shape.parts
    ]
    return re.compile("".join(parts) + f"{shape.rest}*")
