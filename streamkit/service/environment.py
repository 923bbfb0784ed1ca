"""The variables that send a program's SDKs to our server: base URLs where they read them, and dummy keys."""

from __future__ import annotations

import os
from collections.abc import Mapping

from streamkit.providers import PROVIDERS, Provider

DUMMY_KEY = "streamkit"

_OURS = "STREAMKIT_URL"  # for programs that know of us
_NO_PROXY = ("NO_PROXY", "no_proxy")
_LOOPBACK = "127.0.0.1,localhost,::1"


def base_urls(url: str, routes: Mapping[str, str] | None = None, *, routed_only: bool = False) -> dict[str, str]:
    """The variables that send every SDK to `url`, each with the path that its SDK expects at the end.

    `routes` maps a provider's name or alias (`anthropic`) to the path prefix of its own; with `routed_only`, a provider
    without a route is left out.
    """
    prefixes = {_plain(name): prefix for name, prefix in (routes or {}).items()}
    found = {_OURS: url}
    for provider in PROVIDERS.values():
        prefix = next((prefixes[name] for name in (provider.name, *provider.aliases) if name in prefixes), None)
        if prefix is not None or not routed_only:
            found |= {base.variable: f"{url}{prefix or ''}{base.suffix}" for base in provider.base_urls}
    return found


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def key_variables() -> list[str]:
    """The variables that hold the keys of the SDKs that are sent to us: the first of each provider."""
    providers = PROVIDERS.values()
    return [entry.keys[0] for entry in providers if entry.base_urls and entry.keys and entry.dummy_key]


def dummy_keys(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """A key for each SDK that would not start without one and has none."""
    return {name: DUMMY_KEY for name in key_variables() if not environment.get(name)}


def upstreams(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Where each provider's requests go, by its name: what a base-URL variable says, without the SDK's own suffix, else its
    usual address. A provider with neither, whose customers each have a host of their own, is left out.
    """
    found = {}
    for provider in PROVIDERS.values():
        if provider.base_urls and (url := _upstream(provider, environment)):
            found[provider.name] = url
    return found


def _upstream(provider: Provider, environment: Mapping[str, str]) -> str:
    for base in provider.base_urls:
        if given := environment.get(base.variable):
            address = given if "://" in given else f"http://{given}"  # as OLLAMA_HOST may be written
            return address.rstrip("/").removesuffix(base.suffix)
    return provider.url


def reach_loopback(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that keep an HTTP proxy of the environment out of the way to our own server."""
    found = {}
    for name in _NO_PROXY:
        before = environment.get(name)
        found[name] = f"{before},{_LOOPBACK}" if before else _LOOPBACK
    return found
