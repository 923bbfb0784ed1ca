"""A provider: who answers at a host. Each is one small data-only file, the only place with facts about that provider.

Base-URL variables were looked up in the source of the SDKs named with them, at the versions given there.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from streamkit.frozen import dataclass
from streamkit.providers._key import KeyShape
from streamkit.registry import Catalogue


@dataclass(frozen=True, slots=True)
class Auth:
    """Where the key goes in a request: the header, and the scheme before the key ("" if there is none).

    `query` is a URL parameter that the provider accepts instead of the header.
    """

    header: str = "Authorization"
    scheme: str = "Bearer"
    query: str = ""

    def header_for(self, key: str) -> tuple[str, str]:
        """Return the name and the value of the header that carries this key."""
        return self.header, f"{self.scheme} {key}" if self.scheme else key

    def __str__(self) -> str:
        return f"{self.header}: {self.scheme} KEY" if self.scheme else f"{self.header}: KEY"


BEARER = Auth()


@dataclass(frozen=True, slots=True)
class BaseUrl:
    """An environment variable from which SDKs read their base URL.

    `suffix` is the path with which they expect it to end (`/v1` if they append `/chat/completions`). `read_by` names
    the SDKs, each with the version whose source was read. `other_suffixes` names the SDKs that also read the variable
    but expect a different suffix, which the same value cannot satisfy (`/v1: @ai-sdk/anthropic …`).
    """

    variable: str
    suffix: str
    read_by: tuple[str, ...]
    other_suffixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who answers at a host, as data.

    `hosts` are names at which the provider itself answers, including all their subdomains; `*` matches a label or a
    part of one (`bedrock-runtime.*.amazonaws.com`). The provider's key is sent to these only. `customer_hosts` are
    recognised in the same way, but customers of the provider run these hosts and read the requests, so no key is sent.

    `url` is where requests go: scheme, host, and any path before `prefix`; "" if each customer has a separate host.
    `api` is the API used to send a prompt, `prefix` the beginning of its paths at this provider (`/openai/v1` before
    `/chat/completions`). `dialects` are the provider's dialects, at most one for each API.

    `keys` are the environment variables for the key; the first one set is used. The provider's SDK needs the first one
    to start, so it is set to a dummy when SDKs are pointed at streamkit, unless `dummy_key` is false because the key is
    optional or also gives access to other services. `aliases` are other names for `proxy --route`. `marks` are headers that
    only its clients send, in addition to that of the key.
    """

    name: str
    title: str
    hosts: tuple[str, ...] = ()
    customer_hosts: tuple[str, ...] = ()
    url: str = ""
    api: str = "openai_chat"
    prefix: str = "/v1"
    dialects: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    dummy_key: bool = True
    auth: Auth = BEARER
    key_shapes: tuple[KeyShape, ...] = ()
    base_urls: tuple[BaseUrl, ...] = ()
    aliases: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    def key(self, environment: Mapping[str, str]) -> str | None:
        """Return the key in this environment, or None."""
        return next((environment[name] for name in self.keys if environment.get(name)), None)

    def owns(self, host: str) -> bool:
        """Return whether the provider itself answers at this host, so that its key may be sent there."""
        return any(_matches(pattern, host) for pattern in self.hosts)


PROVIDERS: Catalogue[Provider] = Catalogue("streamkit.providers", Provider, lambda provider: provider.name)


@lru_cache(256)  # a run has many streams of few hosts, and every pattern has to be tried
def provider_at(host: str) -> Provider | None:
    """Return the provider of a host, or None. If several match, the one with the longest pattern is returned."""
    host = host.lower().rstrip(".")
    if host == "localhost" or host.rpartition(".")[2].isdecimal() or ":" in host:
        return None  # an IP address; the catalogue need not be loaded
    found = [
        (len(pattern), provider)
        for provider in PROVIDERS.values()
        for pattern in (*provider.hosts, *provider.customer_hosts)
        if _matches(pattern, host)
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _matches(pattern: str, host: str) -> bool:
    """Return whether a host is the pattern or a subdomain of it, comparing labels from the end."""
    parts, labels = pattern.split("."), host.split(".")
    return len(labels) >= len(parts) and all(map(fnmatchcase, labels[-len(parts) :], parts))
