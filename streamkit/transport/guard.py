"""What a server and a proxy refuse: requests that a web page or a stranger could have made, and upstreams that keep keys.

Whatever listens on this machine lends itself to whoever can reach it. So: the Host must be ours (a name that was made to
point here is not), no Origin (browsers send one, SDKs do not), no tunnels, no address of another server in the request
line, no path that climbs, and a token where others than this machine can connect.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from streamkit.errors import UsageError
from streamkit.model.exchange import Headers

TOKEN_HEADER = "X-Streamkit-Token"
_TOKEN_PATH = "/t/"
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))
_HOST = re.compile(r"\[([0-9a-fA-F:.%]+)\](?::\d+)?|([^:\[\]/@\s]+)(?::\d+)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")

# Where clouds keep the credentials of a machine: names, and addresses that are not link-local as the usual ones are
# (AWS over IPv6, Alibaba, Oracle, Azure's WireServer).
_METADATA = frozenset(("metadata", "metadata.google.internal", "metadata.goog"))
_METADATA_ADDRESSES = frozenset(
    ipaddress.ip_address(address) for address in ("fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16")
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused, and with which status."""

    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may ask: `hosts` are names that we may be called by besides the loopback's, `token` what others must show."""

    hosts: frozenset[str] = frozenset()
    token: str | None = None

    @staticmethod
    def of(host: str, allowed: Iterable[str] = (), token: str | None = None) -> Guard:
        """The guard of a server that listens on `host`."""
        return Guard(frozenset(name.lower() for name in (host, *allowed)), token)

    def check(self, method: str, target: str, headers: Headers) -> Refusal | str:
        """The target that is asked for, without the token; or why it is refused."""
        if method == "CONNECT":
            return Refusal(405, "CONNECT is refused: this is not a tunnel")
        if not target.startswith("/") or target.startswith("//"):
            return Refusal(400, "the request line must name a path, not another server")
        named = [value for name, value in headers if name.lower() == "host"]
        if len(named) != 1 or not self._ours(named[0]):
            return Refusal(403, "the Host is not one of our names (--allow-host adds one)")
        if any(name.lower() == "origin" for name, _ in headers):
            return Refusal(403, "requests from web pages are refused (they carry an Origin)")
        target, shown = self._without_token(target, headers)
        if self.token is not None and not hmac.compare_digest(shown.encode(), self.token.encode()):
            return Refusal(
                401, f"a token is required: {TOKEN_HEADER}, or a base URL that begins with {_TOKEN_PATH}TOKEN"
            )
        if climbs(target):
            return Refusal(400, "the path climbs, or holds what no path holds")
        return target

    def _ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        name = (match[1] or match[2]).lower().rstrip(".") if match else ""
        return name in _LOCAL or name in self.hosts

    def _without_token(self, target: str, headers: Headers) -> tuple[str, str]:
        """The target without the token in its path, and the token that was shown."""
        if self.token is not None and target.startswith(_TOKEN_PATH):
            shown, slash, rest = target.removeprefix(_TOKEN_PATH).partition("/")
            return slash + rest or "/", unquote(shown)
        return target, next((value for name, value in headers if name.lower() == TOKEN_HEADER.lower()), "")


def token_path(token: str | None) -> str:
    """What stands in a base URL before the path, so that an SDK shows the token without knowing of it."""
    return f"{_TOKEN_PATH}{token}" if token else ""


def climbs(target: str) -> bool:
    """Whether a path has `.` or `..` in it, hidden ones too, or control characters."""
    path = urlsplit(target).path
    for _ in range(3):  # a path may be escaped more than once
        if _CONTROL.search(path) or any(part in (".", "..") for part in path.split("/")):
            return True
        path = unquote(path)
    return False


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to an address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def keeps_credentials(host: str) -> bool:
    """Whether a host is a link-local address or a cloud's metadata service, in any spelling that connects to it."""
    host = host.strip("[]").rstrip(".").lower()
    if host in _METADATA:
        return True
    address = _address(host)
    return address is not None and (address.is_link_local or address in _METADATA_ADDRESSES)


def _address(host: str) -> Address | None:
    """The address that a host is, as the system would read it; IPv4 where IPv6 only wraps it. None for a name."""
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


def check_upstream(url: str, *, anywhere: bool = False) -> str:
    """The upstream's URL without a slash at its end. Raises UsageError for one that is none, or a metadata service.

    A name is not resolved here: where it leads is judged each time that it is connected to.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or climbs(parts.path or "/"):
        raise UsageError(f"invalid upstream {url!r}: expected http(s)://HOST[:PORT][/PATH]")
    if keeps_credentials(parts.hostname or "") and not anywhere:
        raise UsageError(f"{url}: a link-local or metadata address; --allow-link-local if that is meant")
    return url.rstrip("/")
