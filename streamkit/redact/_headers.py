"""Which headers, query keys and field names are kept, and which are secrets by their name.

Request headers go by a list of what may stay: a list of what must go always forgets one. Response headers stay, except
for cookies and the account's own identity. A value that is cut leaves its name behind.
"""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import unquote_plus

from streamkit.model.exchange import Headers, Redaction
from streamkit.providers import PROVIDERS

_MARK = "[redacted]"

_KEPT = frozenset(
    [
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "anthropic-beta",
        "anthropic-version",
        "api-version",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "expect",
        "host",
        "http-referer",
        "idempotency-key",
        "if-none-match",
        "last-event-id",
        "openai-beta",
        "origin",
        "pragma",
        "prefer",
        "range",
        "referer",
        "te",
        "traceparent",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-client-request-id",
        "x-request-id",
        "x-goog-api-client",
        "x-title",
    ]
)
_KEPT_PREFIXES = ("x-stainless-", "anthropic-dangerous-direct-browser-access", "sec-fetch-", "sec-ch-", "x-streamkit-")

_RESPONSE_CUT = {
    "set-cookie": "set-cookie",
    "set-cookie2": "set-cookie",
    "authentication-info": "authentication-info",
    "openai-organization": "account",
    "openai-project": "account",
    "anthropic-organization-id": "account",
}

_QUERY_KEYS = frozenset(
    [
        "key",
        "apikey",
        "accesskey",
        "accesstoken",
        "accesskeyid",
        "token",
        "authtoken",
        "refreshtoken",
        "idtoken",
        "sig",
        "signature",
        "password",
        "passwd",
        "secret",
        "clientsecret",
        "auth",
        "authorization",
        "code",
        "xamzsignature",
        "xamzcredential",
        "xamzsecuritytoken",
        "awsaccesskeyid",
        "subscriptionkey",
    ]
)

_FIELD_NAMES = frozenset(
    [
        "apikey",
        "xapikey",
        "apitoken",
        "accesstoken",
        "refreshtoken",
        "idtoken",
        "authtoken",
        "bearertoken",
        "sessiontoken",
        "clientsecret",
        "secretkey",
        "secretaccesskey",
        "awssecretaccesskey",
        "awssessiontoken",
        "password",
        "passwd",
        "passphrase",
        "privatekey",
        "authorization",
        "authorizationtoken",
        "proxyauthorization",
        "secret",
        "connectionstring",
        "subscriptionkey",
    ]
)
_KEY_HEADERS = frozenset(
    [
        "cookie",
        "ocp-apim-subscription-key",
        "x-amz-security-token",
        "x-auth-token",
        "x-vault-token",
        "private-token",
        "xi-api-key",
        "x-subscription-token",
    ]
)
_FILLERS = str.maketrans("", "", "-_. ")
_USER_INFO = re.compile(r"\A([A-Za-z][A-Za-z0-9+.-]*://)[^/?#@]*@")


def cut_request_headers(headers: Headers, cuts: list[Redaction]) -> Headers:
    """The headers with the values of those that are not on the list cut."""
    done = []
    for name, value in headers:
        low = name.lower()
        if value == _MARK:
            done.append((name, value))
        elif low in _KEPT or low.startswith(_KEPT_PREFIXES):
            done.append((name, cut_url(value, cuts, f"request.headers.{low}") if low.endswith("referer") else value))
        else:
            done.append((name, _MARK))
            cuts.append(Redaction(f"request.headers.{low}", low if _names_a_secret(low) else "header-not-listed"))
    return tuple(done)


def cut_response_headers(headers: Headers, cuts: list[Redaction]) -> Headers:
    """The headers with cookies and the account's identity cut."""
    done = []
    for name, value in headers:
        low = name.lower()
        at = f"response.headers.{low}"
        if (low in _RESPONSE_CUT or _names_a_secret(low)) and value != _MARK:
            done.append((name, _MARK))
            cuts.append(Redaction(at, _RESPONSE_CUT.get(low, low)))
        else:
            done.append((name, cut_url(value, cuts, at) if low.endswith("location") else value))
    return tuple(done)


def cut_url(url: str, cuts: list[Redaction], at: str = "request.url") -> str:
    """The URL without user and password, and without the values of query keys that carry secrets."""
    known = _USER_INFO.match(url)
    if known and known.group() != f"{known[1]}redacted@":
        url = _USER_INFO.sub(r"\1redacted@", url)
        cuts.append(Redaction(f"{at}.user", "user-info"))
    head, question, rest = url.partition("?")
    if not question:
        return url
    query, hash_, fragment = rest.partition("#")
    done = []
    for pair in query.split("&"):
        key, equals, value = pair.partition("=")
        if value not in ("", _MARK) and unquote_plus(key).translate(_FILLERS).lower() in _query_keys():
            cuts.append(Redaction(f"{at}.query.{unquote_plus(key)}", "query-key"))
            pair = f"{key}{equals}{_MARK}"
        done.append(pair)
    return head + "?" + "&".join(done) + hash_ + fragment


def telling(name: str) -> bool:
    """Whether a field of this name holds a secret: the exact names, however they are joined, never a part of one."""
    return name.translate(_FILLERS).lower() in _field_names()


def _names_a_secret(name: str) -> bool:
    return telling(name) or name in _key_headers()


@cache
def _field_names() -> frozenset[str]:
    """Those of any service, and the variables that hold a provider's key."""
    variables = (variable for provider in PROVIDERS.values() for variable in provider.keys)
    return _FIELD_NAMES | {variable.translate(_FILLERS).lower() for variable in variables}


@cache
def _query_keys() -> frozenset[str]:
    """Those of any service, and those that providers take a key from."""
    named = (provider.auth.query.translate(_FILLERS).lower() for provider in PROVIDERS.values())
    return _QUERY_KEYS | set(filter(None, named))


@cache
def _key_headers() -> frozenset[str]:
    """The headers of keys: those of any service, and those of providers."""
    return _KEY_HEADERS | {provider.auth.header.lower() for provider in PROVIDERS.values()}
