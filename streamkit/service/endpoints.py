"""The address of an endpoint: the URL of each request under a base URL, and the header with the key."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit, urlunsplit

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.model.exchange import Headers
from streamkit.probes import WRONG_KEY
from streamkit.providers import BEARER, PROVIDERS, provider_at
from streamkit.service.prompting import CARRIES_A_KEY, key_header
from streamkit.transport.client import check_url
from streamkit.transport.guard import is_loopback

_VERSION = re.compile(r"/(v\d+\w*|api)\Z")
_REQUEST = re.compile(r"/(chat/completions|completions|responses|messages)\Z")
_OLDEST = "/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint: its base URL, the model, the user's headers, and the name of the variable with the key.

    Without `key_variable`, the key of a known host is used, as `record` does. The key itself is never kept here.
    """

    base: str
    model: str
    headers: Headers = ()
    key_variable: str | None = None

    @property
    def loopback(self) -> bool:
        """Whether requests stay on this machine."""
        return is_loopback(urlsplit(self.base).hostname or "")

    def url(self, path: str) -> str:
        """Return the URL of a path that begins with the version of its API (`/v1/chat/completions`).

        A version at the end of the base URL stays if the API's is `/v1`, which gateways number as they like, and is replaced
        otherwise: the other APIs have their own. At a known host without a path, the path of the provider is used. If the base
        URL is that of a request (`…/openai/chat/completions`), all paths of `/v1` are beside it, with or without a version.
        """
        parts = urlsplit(self.base)
        version, rest = _split(path.replace("{model}", self.model))
        rest, _, query = rest.partition("?")
        base, beside = _REQUEST.subn("", parts.path.rstrip("/"))
        if beside and version == _OLDEST:
            pass
        elif not base and version == _OLDEST and (provider := provider_at(parts.hostname or "")) is not None:
            base = provider.prefix
        elif (ending := _VERSION.search(base)) is not None:
            base = base if version == _OLDEST and ending[1] != "api" else base[: ending.start()] + version
        else:
            base += version
        return urlunsplit((parts.scheme, parts.netloc, base + rest, query, ""))

    @property
    def key(self) -> str | None:
        """The user's key: that of the variable, or the one that the environment has for a known host. None if there is none."""
        if self.key_variable is not None:
            return os.environ[self.key_variable]
        found = key_header(self.base, list(self.headers))
        return None if found is None else found[1].rpartition(" ")[2]

    def headers_for(self, api: str, key: str | None) -> Headers:
        """Return the user's headers with this key, as the host or else the API expects it; only them if there is none.

        A wrong key replaces every key of the user's: an endpoint that finds two would accept the right one.
        """
        provider = provider_at(urlsplit(self.base).hostname or "") or PROVIDERS.get(api.partition("_")[0])
        header = None if key is None else (provider.auth if provider is not None else BEARER).header_for(key)
        if header is None:
            return self.headers
        others = tuple(pair for pair in self.headers if pair[0].lower() != header[0].lower())
        return (*(map(_with_wrong_key, others) if key == WRONG_KEY else others), header)


def _with_wrong_key(pair: tuple[str, str]) -> tuple[str, str]:
    """Return a header with the wrong key in the place of a key, after the scheme; any other as it is."""
    name, value = pair
    scheme = value[: value.rfind(" ") + 1]
    return (name, scheme + WRONG_KEY) if name.lower() in CARRIES_A_KEY else pair


def endpoint(base: str, model: str, headers: Headers = (), key_variable: str | None = None) -> Endpoint:
    """Return an endpoint. Raises UsageError for an invalid URL, one with a password or a query, or a variable that is not set."""
    base = base if "://" in base else _with_scheme(base)
    check_url(base)
    parts = urlsplit(base)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(
            f"{parts.scheme}://{parts.hostname}: expected http(s)://HOST[:PORT][/PATH], without user or query"
        )
    if key_variable is not None and not os.environ.get(key_variable):
        raise UsageError(f"--key-env {key_variable}: the variable is not set")
    return Endpoint(base=base.rstrip("/"), model=model, headers=headers, key_variable=key_variable)


def _with_scheme(base: str) -> str:
    """Add a scheme: http for this machine, https otherwise."""
    host = urlsplit(f"//{base}").hostname or ""
    return f"http{'' if is_loopback(host) else 's'}://{base}"


def _split(path: str) -> tuple[str, str]:
    """Split a path after its version."""
    version = re.match(r"/(v\d+\w*|api)(?=/)", path)
    return (version[0], path[version.end() :]) if version else ("", path)
