"""Where a proxy sends requests: to fixed upstreams, or to the provider that a request is for.

A key must never reach another provider than its own. A request is forwarded only if its path names the provider (`/openai/…`), or
if its key, its headers and its path fit exactly one; the others are rejected.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlsplit

from streamkit.apis import APIS, Sample
from streamkit.frozen import dataclass
from streamkit.providers import PROVIDERS, Provider, key_owners, provider_at, providers_by_headers
from streamkit.service.environment import base_urls, upstreams
from streamkit.transport.guard import Rejection, check_upstream
from streamkit.transport.proxy import Route

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_MOST_NAMED = 4  # providers that are listed in a message


class Routing:
    """The routes to several providers. Proxies call it with the target and the headers of a request.

    `upstreams` are the URLs of the providers, by name; `environment` has the variables in which keys may be.
    """

    def __init__(self, upstreams: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self._upstreams = upstreams
        self._environment = environment
        known = [provider for provider in PROVIDERS.values() if provider.name in upstreams]
        self._by_name = {_plain(alias): provider.name for provider in known for alias in provider.aliases}
        self._by_name |= {_plain(provider.name): provider.name for provider in known}

    @property
    def prefixes(self) -> dict[str, str]:
        """The path prefix of each provider, by name."""
        return {name: f"/{name}" for name in self._upstreams}

    def __call__(self, target: str, headers: Sequence[tuple[str, str]]) -> Route | Rejection:
        """Return the route of a request, or why there is none."""
        path = urlsplit(target).path
        owners = [one for one in key_owners(headers, self._environment) if one.name in self._upstreams]
        # `/openai/v1/chat/completions` is OpenAI's route, and Groq's own path: a Groq key means that it is the latter.
        [owner] = owners if len(owners) == 1 else [None]
        first = path.split("/")[1]
        named = self._by_name.get(_plain(first))
        namesake = self._namesake(first, headers)
        if namesake is not None and namesake.name != named:
            owner, named = namesake, None
        if named is not None and not (owner and owner.name != named and _has_prefix(path, owner.prefix)):
            return route_to(f"/{first}", self._upstreams[named])
        fitting = [owner] if owner else self._fitting(path, headers, owners)
        if len(fitting) == 1 and fitting[0].name in self._upstreams:
            return route_to("/", self._upstreams[fitting[0].name])
        return Rejection(400, self._reason(path, fitting))

    def _namesake(self, first: str, headers: Sequence[tuple[str, str]]) -> Provider | None:
        """Return the provider whose own headers a request has and whose paths may begin with the name of another one.

        `/openai/deployments/…` with an `api-key` is Azure's, and that key must not reach OpenAI.
        """
        clients = [PROVIDERS[name] for name in sorted(providers_by_headers(headers))]
        return next((provider for provider in clients if _plain(first) in map(_plain, provider.aliases)), None)

    def _fitting(self, path: str, headers: Sequence[tuple[str, str]], owners: Sequence[Provider]) -> list[Provider]:
        """Return the providers that a request without a route and with no, or an ambiguous, key may be for."""
        every = owners or [PROVIDERS[name] for name in self._upstreams]
        names = providers_by_headers(headers)
        clients = [provider for provider in every if provider.name in names]
        apis = {api.name for api in APIS.values() if api.recognises(Sample(path=path, framing="", chunks=(), names=()))}
        offering = [provider for provider in clients or every if provider.api in apis]
        if len(offering) > 1:
            offering = [provider for provider in offering if _has_prefix(path, provider.prefix)] or offering
        return offering or clients or list(owners)

    def _reason(self, path: str, fitting: Sequence[Provider]) -> str:
        shown = [provider.title for provider in fitting[:_MOST_NAMED]]
        more = len(fitting) - len(shown)
        of = f" ({', '.join(shown)}{f' and {more} more' if more else ''})" if shown else ""
        example = (fitting[0].name if fitting else next(iter(self._upstreams), "openai")).replace("_", "-")
        return (
            f"cannot tell which provider {path} is for{of}: "
            f"add its name to the base URL (/{example}{path}), or start the proxy with its URL"
        )


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where a proxy sends requests: along `routes`, or along those of `routing`, to one of `hosts`."""

    routes: tuple[Route, ...]
    routing: Routing | None
    hosts: frozenset[str]

    @staticmethod
    def of(
        routes: Mapping[str, str],
        *,
        port: int,
        allow_link_local: bool = False,
        environment: Mapping[str, str] = os.environ,
    ) -> Destinations:
        """Return the destinations of these path prefixes, or of all providers if there are none.

        In a shell whose base URLs point at the proxy itself (at `port`), these are not its upstreams. Raises UsageError if a URL
        is not allowed.
        """
        if routes:
            given = {prefix: check_upstream(url, allow_link_local=allow_link_local) for prefix, url in routes.items()}
            made = tuple(route_to(prefix, url) for prefix, url in given.items())
            return Destinations(made, None, _hosts(given.values()))
        own = tuple(f"://{name}:{port}" for name in _LOOPBACK)
        environment = {name: value for name, value in environment.items() if not any(part in value for part in own)}
        urls = {
            name: check_upstream(url, allow_link_local=allow_link_local) for name, url in upstreams(environment).items()
        }
        return Destinations((), Routing(urls, environment), _hosts(urls.values()))

    def base_urls(self, url: str) -> dict[str, str]:
        """Return the environment variables that point SDKs at a proxy with this URL."""
        prefixes = {route.prefix.strip("/"): route.prefix for route in self.routes if route.prefix != "/"}
        if self.routing is not None:
            prefixes = dict.fromkeys(PROVIDERS, "") | self.routing.prefixes
        return base_urls(url, prefixes)

    def __str__(self) -> str:
        if self.routing is not None:
            return f"to {len(self.routing.prefixes)} providers, by name in the path, key, headers or path"
        return ", ".join(f"{route.prefix} to {route.upstream}" for route in self.routes)


def route_to(prefix: str, url: str) -> Route:
    """Return the route to a URL; with the provider's version if its SDKs disagree on whether base URLs contain it."""
    parts = urlsplit(url)
    provider = None if parts.path else provider_at(parts.hostname or "")
    disagree = provider is not None and any(base.other_suffixes for base in provider.base_urls)
    return Route(prefix, url, provider.prefix if provider is not None and disagree else "")


def _hosts(urls: Collection[str]) -> frozenset[str]:
    """Return the hosts, with their ports, that have to be distinguished: none if there is only one destination."""
    return frozenset(urlsplit(url).netloc.lower() for url in urls) if len(urls) > 1 else frozenset()


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def _has_prefix(path: str, prefix: str) -> bool:
    """Return whether a path begins with a provider's prefix: its paths do, unless it has none."""
    return not prefix or path == prefix or path.startswith(f"{prefix}/")
