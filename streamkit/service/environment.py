"""The environment variables that point a program's SDKs at our server: base URLs and dummy keys."""

from __future__ import annotations

import os
from collections.abc import Mapping

from streamkit.providers import PROVIDERS, Provider

DUMMY_KEY = "streamkit"

_URL_VARIABLE = "STREAMKIT_URL"  # for programs that support streamkit directly
_NO_PROXY = ("NO_PROXY", "no_proxy")
_LOOPBACK = "127.0.0.1,localhost,::1"


def base_urls(url: str, routes: Mapping[str, str] | None = None, *, routed_only: bool = False) -> dict[str, str]:
    """Return the variables that point every SDK at `url`, each with the path that its SDK expects at the end.

    `routes` maps a provider's name or alias (`anthropic`) to its path prefix; with `routed_only`, providers without a
    route are left out.
    """
    prefixes = {_plain(name): prefix for name, prefix in (routes or {}).items()}
    variables = {_URL_VARIABLE: url}
    for provider in PROVIDERS.values():
        prefix = next((prefixes[name] for name in (provider.name, *provider.aliases) if name in prefixes), None)
        if prefix is not None or not routed_only:
            variables |= {base.variable: f"{url}{prefix or ''}{base.suffix}" for base in provider.base_urls}
    return variables


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def key_variables() -> list[str]:
    """Return the variables of the API keys of those SDKs: the first one of each provider."""
    providers = PROVIDERS.values()
    return [entry.keys[0] for entry in providers if entry.base_urls and entry.keys and entry.dummy_key]


def dummy_keys(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return a dummy key for each SDK that has none and would not start without one."""
    return {name: DUMMY_KEY for name in key_variables() if not environment.get(name)}


def upstreams(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Where each provider's requests go, by provider name: the value of its base-URL variable, without the SDK's suffix, or
    else its default URL. Providers with neither, where each customer has a separate host, are left out.
    """
    urls = {}
    for provider in PROVIDERS.values():
        if url := _upstream(provider, environment):
            urls[provider.name] = url
    return urls


def _upstream(provider: Provider, environment: Mapping[str, str]) -> str:
    for base in provider.base_urls:
        if given := environment.get(base.variable):
            address = given if "://" in given else f"http://{given}"  # OLLAMA_HOST may have no scheme
            return address.rstrip("/").removesuffix(base.suffix)
    return provider.url


def reach_loopback(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables that keep requests to our server from going through an HTTP proxy."""
    variables = {}
    for name in _NO_PROXY:
        before = environment.get(name)
        variables[name] = f"{before},{_LOOPBACK}" if before else _LOOPBACK
    return variables
