"""Redact headers, query parameters and JSON fields by their names.

Request headers are redacted unless they are on an allowlist, because a denylist is never complete. Response headers are
kept, except for cookies and the identity of the account. Only values are redacted; names are always kept.
"""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import unquote_plus

from streamkit.model.exchange import Headers, Redaction
from streamkit.providers import PROVIDERS

_MARK = "[redacted]"

_ALLOWED = frozenset(
    [
        "a2a-extensions",
        "a2a-version",
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
        "mcp-method",
        "mcp-name",
        "mcp-protocol-version",
        "openai-beta",
        "origin",
        "pragma",
        "prefer",
        "range",
        "referer",
        "sec-websocket-version",
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
_ALLOWED_PREFIXES = (
    "x-stainless-",
    "anthropic-dangerous-direct-browser-access",
    "sec-fetch-",
    "sec-ch-",
    "x-streamkit-",
)

_RESPONSE_REDACTED = {
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
_SEPARATORS = str.maketrans("", "", "-_. ")
# Of a URL or a reference without a scheme (RFC 3986, section 4.2); browsers take a backslash for a slash, and the last @ ends it.
_USER_INFO = re.compile(r"\A\s*((?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\]{2})[^/\\?#]*@")


def redact_request_headers(headers: Headers, redactions: list[Redaction]) -> Headers:
    """Redact request headers that are not on the allowlist, and append what was redacted to `redactions`."""
    done = []
    for name, value in headers:
        low = name.lower()
        if value == _MARK:
            done.append((name, value))
        elif low in _ALLOWED or low.startswith(_ALLOWED_PREFIXES):
            done.append(
                (name, redact_url(value, redactions, f"request.headers.{low}") if low.endswith("referer") else value)
            )
        else:
            done.append((name, _MARK))
            redactions.append(Redaction(f"request.headers.{low}", low if _names_a_secret(low) else "header-not-listed"))
    return tuple(done)


def redact_response_headers(headers: Headers, redactions: list[Redaction]) -> Headers:
    """Redact cookies, keys and the identity of the account, and append what was redacted to `redactions`."""
    done = []
    for name, value in headers:
        low = name.lower()
        at = f"response.headers.{low}"
        if (low in _RESPONSE_REDACTED or _names_a_secret(low)) and value != _MARK:
            done.append((name, _MARK))
            redactions.append(Redaction(at, _RESPONSE_REDACTED.get(low, low)))
        else:
            done.append((name, redact_url(value, redactions, at) if low.endswith("location") else value))
    return tuple(done)


def redact_url(url: str, redactions: list[Redaction], at: str = "request.url") -> str:
    """Redact user, password and secret parameters of a URL, and append what was redacted to `redactions`.

    Parameters are those of the query, and those of the fragment, in which OAuth passes tokens.
    """
    known = _USER_INFO.match(url)
    if known and known.group() != f"{known[1]}redacted@":
        url = _USER_INFO.sub(r"\1redacted@", url)
        redactions.append(Redaction(f"{at}.user", "user-info"))
    url, hash_, fragment = url.partition("#")
    head, question, query = url.partition("?")
    query = _redact_parameters(query, redactions, at)
    return head + question + query + hash_ + _redact_parameters(fragment, redactions, at)


def _redact_parameters(parameters: str, redactions: list[Redaction], at: str) -> str:
    done = []
    for pair in parameters.split("&"):
        key, equals, value = pair.partition("=")
        if value not in ("", _MARK) and unquote_plus(key).translate(_SEPARATORS).lower() in _query_keys():
            redactions.append(Redaction(f"{at}.query.{unquote_plus(key)}", "query-key"))
            pair = f"{key}{equals}{_MARK}"
        done.append(pair)
    return "&".join(done)


def is_secret_name(name: str) -> bool:
    """Return whether a field with this name holds a secret: exact names only, ignoring case and separators."""
    return name.translate(_SEPARATORS).lower() in _field_names()


def _names_a_secret(name: str) -> bool:
    return is_secret_name(name) or name in _key_headers()


@cache
def _field_names() -> frozenset[str]:
    """Return the names of secret fields, including the environment variables of providers' keys."""
    variables = (variable for provider in PROVIDERS.values() for variable in provider.keys)
    return _FIELD_NAMES | {variable.translate(_SEPARATORS).lower() for variable in variables}


@cache
def _query_keys() -> frozenset[str]:
    """Return the names of secret query parameters, including those in which providers accept a key."""
    named = (provider.auth.query.translate(_SEPARATORS).lower() for provider in PROVIDERS.values())
    return _QUERY_KEYS | set(filter(None, named))


@cache
def _key_headers() -> frozenset[str]:
    """Return the names of headers that carry keys, including those of providers."""
    return _KEY_HEADERS | {provider.auth.header.lower() for provider in PROVIDERS.values()}
