"""Reject requests that a web page or a stranger could have sent, and upstreams that hand out credentials.

A server on this machine can be used by anyone who reaches it. Therefore: the Host must be one of our names (DNS rebinding),
there must be no Origin (browsers send one, SDKs do not), no tunnels, no other server's address in the request line, no `..`
in the path, and a token is required if other machines can connect.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import socket
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.model.exchange import Headers

TOKEN_HEADER = "X-Streamkit-Token"
_TOKEN_PATH = "/t/"
# What browsers say of a request that a page of somebody else makes, also where it has no Origin: an image, a link, a frame.
# Another port of this machine is the same site.
_FOREIGN_SITES = ("cross-site", "same-site")
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))
_HOST = re.compile(r"\[([0-9a-fA-F:.%]+)\](?::\d+)?|([^:\[\]/@\s]+)(?::\d+)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")

# Cloud metadata services, which hand out a machine's credentials: their names, and those addresses that are not link-local
# (AWS over IPv6, Alibaba, Oracle, Azure's WireServer).
_METADATA = frozenset(("metadata", "metadata.google.internal", "metadata.goog"))
_METADATA_ADDRESSES = frozenset(
    ipaddress.ip_address(address) for address in ("fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16")
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a request is rejected, and with which status."""

    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may send requests: `hosts` are our names in addition to those of the loopback, `token` is the token required, if any."""

    hosts: frozenset[str] = frozenset()
    token: str | None = None

    @staticmethod
    def of(host: str, allowed: Iterable[str] = (), token: str | None = None) -> Guard:
        """Return the guard of a server that listens on `host`."""
        return Guard(frozenset(name.lower() for name in (host, *allowed)), token)

    def check(self, method: str, target: str, headers: Headers) -> Rejection | str:
        """Return the target of a request without the token, or why the request is rejected."""
        if method == "CONNECT":
            return Rejection(405, "CONNECT is not supported")
        if not target.startswith("/") or target.startswith("//"):
            return Rejection(400, "the request line must name a path, not another server")
        named = [value for name, value in headers if name.lower() == "host"]
        if len(named) != 1 or not self._is_allowed_host(named[0]):
            return Rejection(403, "the Host is not allowed (--allow-host adds one)")
        if any(name.lower() == "origin" for name, _ in headers):
            return Rejection(403, "requests from web pages (with an Origin) are not allowed")
        if any(name.lower() == "sec-fetch-site" and value.strip().lower() in _FOREIGN_SITES for name, value in headers):
            return Rejection(403, "requests from web pages (Sec-Fetch-Site) are not allowed")
        target, shown = self._without_token(target, headers)
        if self.token is not None and not hmac.compare_digest(shown.encode(), self.token.encode()):
            return Rejection(
                401, f"a token is required: {TOKEN_HEADER}, or a base URL that begins with {_TOKEN_PATH}TOKEN"
            )
        if has_unsafe_path(target):
            return Rejection(400, "the path contains '.' or '..' segments, or control characters")
        return target

    def _is_allowed_host(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        name = (match[1] or match[2]).lower().rstrip(".") if match else ""
        return name in _LOCAL or name in self.hosts

    def _without_token(self, target: str, headers: Headers) -> tuple[str, str]:
        """Return the target without the token in its path, and the token of the request."""
        if self.token is not None and target.startswith(_TOKEN_PATH):
            shown, slash, rest = target.removeprefix(_TOKEN_PATH).partition("/")
            return slash + rest or "/", unquote(shown)
        return target, next((value for name, value in headers if name.lower() == TOKEN_HEADER.lower()), "")


def token_path(token: str | None) -> str:
    """Return the prefix of a base URL's path that carries the token, so that any SDK sends it."""
    return f"{_TOKEN_PATH}{token}" if token else ""


def has_unsafe_path(target: str) -> bool:
    """Return whether a path contains `.` or `..` segments, percent-encoded or not, or control characters."""
    path = urlsplit(target).path
    for _ in range(3):  # a path may be percent-encoded more than once
        if _CONTROL.search(path) or any(part in (".", "..") for part in path.split("/")):
            return True
        path = unquote(path)
    return False


def is_loopback(host: str) -> bool:
    """Return whether only this machine can connect to an address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_metadata_host(host: str) -> bool:
    """Return whether a host is a link-local address or a cloud's metadata service, in any spelling that connects to it."""
    host = host.strip("[]").rstrip(".").lower()
    if host in _METADATA:
        return True
    address = _address(host)
    return address is not None and (address.is_link_local or address in _METADATA_ADDRESSES)


def _address(host: str) -> Address | None:
    """Parse a host as an address, as the system would; unwrap IPv4 in IPv6. Return None for a name."""
    try:
        address: Address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))  # 2852039166, 0xA9FEA9FE, 169.254.43518
        except (OSError, ValueError):
            return None
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return wrapped or address
    return address


def check_upstream(url: str, *, allow_link_local: bool = False) -> str:
    """Return the upstream's URL without a trailing slash. Raises UsageError if it is invalid or a metadata service.

    A name is not resolved here: its addresses are checked each time that a connection is made.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or has_unsafe_path(parts.path or "/"):
        raise UsageError(f"invalid upstream {url!r}: expected http(s)://HOST[:PORT][/PATH]")
    if is_metadata_host(parts.hostname or "") and not allow_link_local:
        raise UsageError(f"{url}: link-local or metadata address; use --allow-link-local to allow it")
    return url.rstrip("/")
