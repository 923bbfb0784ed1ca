"""A provider: who answers at a host. One small data-only file each; what is known of a provider is written nowhere
else.

Base-URL variables were looked up in the source of the SDKs named beside them, at the versions given there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from streamkit.providers._key import KeyShape
from streamkit.registry import Catalogue


@dataclass(frozen=True, slots=True)
class Auth:
    """Where a key is placed in a request: the header, and the scheme before the key (none where it stands alone).

    `query` is a parameter of the URL that the provider takes instead of the header.
    """

    header: str = "Authorization"
    scheme: str = "Bearer"
    query: str = ""

    def placed(self, key: str) -> tuple[str, str]:
        """The header that carries this key: its name and its value."""
        return self.header, f"{self.scheme} {key}" if self.scheme else key

    def __str__(self) -> str:
        return f"{self.header}: {self.scheme} KEY" if self.scheme else f"{self.header}: KEY"


BEARER = Auth()


@dataclass(frozen=True, slots=True)
class BaseUrl:
    """An environment variable from which SDKs take their base URL.

    `suffix` is the path that they expect at its end (`/v1` where they append `/chat/completions`). `read_by` names the
    SDKs, each with the version whose source was read; `otherwise` those that read the variable too and expect another
    suffix, which one value cannot give (`/v1: @ai-sdk/anthropic …`).
    """

    variable: str
    suffix: str
    read_by: tuple[str, ...]
    otherwise: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who answers at a host, as data.

    `hosts`: names that the provider itself answers; whatever stands under them is the provider's too, and `*` stands
    for one label or a part of one (`bedrock-runtime.*.amazonaws.com`). Its key is sent to them alone. `customer_hosts`
    are recognised in the same way, but whoever rents them reads the requests, so no key is sent there.

    `url` is where requests go: scheme, host, and what comes before `prefix`; "" where each customer has a host of its
    own. `api` is the API that a prompt is asked in, `prefix` what its paths begin with at this provider (`/openai/v1`
    before `/chat/completions`). `dialects` are its deviations, at most one for each API.

    `keys`: variables that hold the key; the first that is set counts. The first is also what its SDK wants to start, so
    it is given a dummy where SDKs are sent to us, unless `dummy_key` is false: the key is not needed, or opens other
    services too. `aliases`: other names for `proxy --route`.
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

    def key(self, environment: Mapping[str, str]) -> str | None:
        """The key that this environment holds, or None."""
        return next((environment[name] for name in self.keys if environment.get(name)), None)

    def owns(self, host: str) -> bool:
        """Whether the provider itself answers at this host, so that its key may go there."""
        return any(_matches(pattern, host) for pattern in self.hosts)


PROVIDERS: Catalogue[Provider] = Catalogue("streamkit.providers", Provider, lambda provider: provider.name)


def provider_at(host: str) -> Provider | None:
    """The provider whose host this is; where several name it, the one that names it most exactly. None where none does."""
    host = host.lower().rstrip(".")
    if host == "localhost" or host.rpartition(".")[2].isdecimal() or ":" in host:
        return None  # an address, and never worth reading the catalogue for
    found = [
        (len(pattern), provider)
        for provider in PROVIDERS.values()
        for pattern in (*provider.hosts, *provider.customer_hosts)
        if _matches(pattern, host)
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _matches(pattern: str, host: str) -> bool:
    """Whether a host is the pattern or stands under it, label by label from the end."""
    wanted, labels = pattern.split("."), host.split(".")
    return len(labels) >= len(wanted) and all(map(fnmatchcase, labels[-len(wanted) :], wanted))
